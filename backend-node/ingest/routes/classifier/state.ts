import { Node, type NodeRole } from './node';
import type { ShapeKind } from './shapes';

/** A position of the tree as JSON; absent fields are empty. */
export interface NodeState {
  role: NodeRole;
  text: string;
  form: string;
  requests: number;
  ends?: Record<string, number>;
  flags?: string;
  name?: string;
  kinds?: Record<string, number>;
  sample?: Record<string, number>;
  spellings?: Record<string, number>;
  fit?: {
    signatures: Record<string, number>;
    accepted: string[];
    total: number;
    alphabet: number;
    signs: string;
    endings: boolean;
  };
  literals?: Array<[string, NodeState]>;
  pools?: NodeState[];
}

const FLAGS = ['open', 'greedy', 'declared', 'given'] as const;

/** A position and all below it, to be kept as JSON. */
export function saveNode(node: Node): NodeState {
  const state: NodeState = { role: node.role, text: node.text, form: node.form, requests: node.requests };
  const flags = FLAGS.filter((flag) => node[flag]).join(' ');
  if (flags !== '') {
    state.flags = flags;
  }
  if (node.name !== undefined) {
    state.name = node.name;
  }
  if (node.ends.size > 0) {
    state.ends = Object.fromEntries(node.ends);
  }
  if (node.kinds.size > 0) {
    state.kinds = Object.fromEntries(node.kinds);
  }
  if (node.sample.size > 0) {
    state.sample = Object.fromEntries(node.sample);
  }
  if (node.spellings !== undefined) {
    state.spellings = Object.fromEntries(node.spellings);
  }
  if (node.fit.total > 0) {
    const { signatures, accepted, total, alphabet, signs, endings } = node.fit;
    state.fit = {
      signatures: Object.fromEntries(signatures),
      accepted: [...accepted],
      total,
      alphabet,
      signs,
      endings,
    };
  }
  if (node.literals.size > 0) {
    state.literals = [...node.literals].map(([key, child]) => [key, saveNode(child)]);
  }
  if (node.pools.size > 0) {
    state.pools = [...node.pools.values()].map(saveNode);
  }
  return state;
}

/** The position that was kept. */
export function loadNode(state: NodeState): Node {
  const node = new Node(state.role, state.text, state.form);
  fillNode(node, state);
  return node;
}

/** Fills an empty position with one that was kept. */
export function fillNode(node: Node, state: NodeState): void {
  node.requests = state.requests;
  for (const flag of (state.flags ?? '').split(' ')) {
    if ((FLAGS as readonly string[]).includes(flag)) {
      node[flag as (typeof FLAGS)[number]] = true;
    }
  }
  node.name = state.name;
  fill(node.ends, state.ends);
  fill(node.kinds as Map<string, number>, state.kinds as Partial<Record<ShapeKind, number>> | undefined);
  node.kindsKnown = node.kinds.size;
  fill(node.sample, state.sample);
  if (state.spellings !== undefined) {
    node.spellings = new Map(Object.entries(state.spellings));
  }
  if (state.fit !== undefined) {
    fill(node.fit.signatures, state.fit.signatures);
    state.fit.accepted.forEach((signature) => node.fit.accepted.add(signature));
    node.fit.total = state.fit.total;
    node.fit.alphabet = state.fit.alphabet;
    node.fit.signs = state.fit.signs;
    node.fit.endings = state.fit.endings;
  }
  for (const [key, child] of state.literals ?? []) {
    node.literals.set(key, loadNode(child));
  }
  for (const child of state.pools ?? []) {
    node.pools.set(child.form, loadNode(child));
  }
}

function fill(map: Map<string, number>, values: Partial<Record<string, number>> | undefined): void {
  for (const [key, value] of Object.entries(values ?? {})) {
    map.set(key, value ?? 0);
  }
}
