import { type DataFrame, type Field, FieldType } from '@grafana/data';
import { earlierBy, OTHER_GROUP, PATH_ENDS, type PathNode, type PathsMarker } from '@apitrail/contract';

import { comparisonOf } from '../../components/change';
import { fieldNamed, fieldsOfType, frameMarker, numberAt, textAt } from '../../components/find-field';
import { type ModelResult, type WantedColumn } from '../../components/panel-state';
import { stepsWithout } from './unroll';

/** A place where paths come through: requests of one kind at one step, the rest of a step, or where paths end. */
export interface ModelNode {
  index: number;
  /** 0 is the anchor; above it are the requests after it, below it those before it. */
  step: number;
  /** Number of its step from the left, from 0. */
  column: number;
  /** As links name it; other steps may have it too. */
  name: string;
  /** As it is shown. */
  label: string;
  kind?: PathNode['kind'];
  /** Values that make the requests of the node; absent of `{other}`, of ends, and of tables that don't say. */
  keys?: Record<string, string | null>;
  /** How many paths come through. */
  value: number;
  /** Requests that were made there; NaN when it is not known. */
  requests: number;
  /** How many paths came through at the earlier time. */
  earlier?: number;
  /** Indexes of the links into it and out of it. */
  incoming: number[];
  outgoing: number[];
}

/** Numbers of a link; NaN where they are not known. */
export interface LinkFigures {
  /** How many paths take it. */
  value: number;
  /** Of the paths at the source, or with `before` at the target: 0 to 1. */
  share: number;
  /** Median time from the source to the target, milliseconds. */
  medianMs: number;
  units: number;
  requests: number;
}

export interface ModelLink extends LinkFigures {
  index: number;
  /** Indexes of nodes. */
  source: number;
  target: number;
  earlier?: LinkFigures;
  /** Its row of the frame. */
  frameRow: number;
}

export interface PathsModel {
  frame: DataFrame;
  marker?: PathsMarker;
  valueField: Field;
  /** What is counted, in the plural: customers, sessions, paths. */
  unitName: string;
  nodes: ModelNode[];
  links: ModelLink[];
  /** Indexes of the nodes of each column, in order. */
  columns: number[][];
  /** The step of each column. */
  steps: number[];
  /** How many paths there are. */
  total: number;
  /** Paths lead to an anchor, rather than away from one. */
  before: boolean;
  /** The earlier time that numbers are compared with, as the query says it. */
  timeShift?: string;
  compared: boolean;
}

export const WANTED_COLUMNS: WantedColumn[] = [
  { name: 'source', type: 'string', meaning: 'Where a link comes from.' },
  { name: 'target', type: 'string', meaning: 'Where it leads.' },
  { name: 'value', type: 'number', meaning: 'How many take it.' },
  {
    name: 'step',
    type: 'number',
    optional: true,
    meaning: 'Step of the source; the target is at the next one. Without it names may not lead back to themselves.',
  },
  { name: 'median_ms', type: 'number', optional: true, meaning: 'Median time from source to target.' },
];

const VALUE_NAMES = ['value', 'units', 'customers', 'sessions', 'users', 'paths', 'count', 'requests', 'weight'];

const KIND_LABELS: Record<NonNullable<PathNode['kind']>, string> = {
  other: 'Other',
  drop_off: 'Drop-off',
  open: 'May go on',
  start: 'Session start',
};

const KIND_NAMES: Record<string, PathNode['kind']> = {
  [PATH_ENDS.dropOff]: 'drop_off',
  [PATH_ENDS.open]: 'open',
  [PATH_ENDS.start]: 'start',
  [OTHER_GROUP]: 'other',
};

/** Whether a node is where paths end or begin, and no request. */
export function isEnd({ kind }: { kind?: PathNode['kind'] }): boolean {
  return kind !== undefined && kind !== 'other';
}

/**
 * Reads paths from frames: Apitrail's, or any table of links with a source, a target and a number. What is not
 * connected to anything is left out.
 */
export function pathsModel(frames: DataFrame[]): ModelResult<PathsModel> {
  const filled = frames.filter((frame) => frame.length > 0 && earlierBy(frame.meta?.custom) === undefined);
  const frame = filled.find((f) => frameMarker<PathsMarker>(f, 'paths')) ?? filled[0];
  if (!frame) {
    return { missing: 'There are no links to draw' };
  }
  const columns = linkColumns(frame);
  return 'missing' in columns ? columns : readPaths(frame, columns);
}

interface LinkColumns {
  source: Field;
  target: Field;
  value: Field;
  step?: Field;
}

function linkColumns(frame: DataFrame): LinkColumns | { missing: string } {
  const texts = fieldsOfType(frame, FieldType.string);
  const named = (names: string[]) => fieldNamed(frame, names, FieldType.string);
  const source = named(['source', 'from', 'start']) ?? texts[0];
  const target = named(['target', 'to', 'end', 'destination']) ?? texts.find((field) => field !== source);
  if (!source || !target) {
    return { missing: 'There are no columns that say from where to where links lead' };
  }
  const step = fieldNamed(frame, ['step']);
  const value = frameMarker<PathsMarker>(frame, 'paths')
    ? fieldNamed(frame, ['value'], FieldType.number)
    : (fieldNamed(frame, VALUE_NAMES, FieldType.number) ?? fieldsOfType(frame, FieldType.number, [step])[0]);
  if (!value) {
    return { missing: 'There is no column of numbers that says how many take a link' };
  }
  return { source, target, value, step };
}

/** Reads the numbers of a link from a row; of the earlier time with the suffix of its columns. */
function figuresOf(frame: DataFrame, value: Field, suffix: '' | '_previous'): (row: number) => LinkFigures {
  const column = (name: string) => fieldNamed(frame, [`${name}${suffix}`], FieldType.number);
  const fields = {
    value: suffix === '' ? value : column(value.name),
    share: column('share'),
    medianMs: column('median_ms'),
    units: column('units'),
    requests: column('requests'),
  };
  return (row) => ({
    value: numberAt(fields.value, row) || 0,
    share: numberAt(fields.share, row),
    medianMs: numberAt(fields.medianMs, row),
    units: numberAt(fields.units, row),
    requests: numberAt(fields.requests, row),
  });
}

function readPaths(frame: DataFrame, fields: LinkColumns): ModelResult<PathsModel> {
  const marker = frameMarker<PathsMarker>(frame, 'paths');
  const rows = Array.from({ length: frame.length }, (_, row) => row).filter(
    (row) => textAt(fields.source, row) !== undefined && textAt(fields.target, row) !== undefined
  );
  const ends = rows.map((row): [string, string] => [textAt(fields.source, row)!, textAt(fields.target, row)!]);
  const derived = fields.step ? undefined : stepsWithout(ends);
  if (!fields.step && !derived) {
    return { missing: 'The links lead in a circle' };
  }
  const now = figuresOf(frame, fields.value, '');
  const compared = fieldNamed(frame, [`${fields.value.name}_previous`], FieldType.number) !== undefined;
  const then = figuresOf(frame, fields.value, '_previous');

  const nodes = new Map<string, ModelNode>();
  const place = (step: number, name: string, given?: PathNode): ModelNode => {
    const key = `${step} ${name}`;
    let node = nodes.get(key);
    if (!node) {
      node = newNode(nodes.size, step, name, given);
      nodes.set(key, node);
    }
    return node;
  };
  marker?.nodes.forEach((given) => place(given.step, given.name, given));
  const links = rows.map((frameRow, index): ModelLink => {
    const [from, to] = ends[index];
    const step = derived ? derived.get(from)! : Number(fields.step?.values[frameRow]) || 0;
    const source = place(step, from);
    const target = place(derived ? derived.get(to)! : step + 1, to);
    source.outgoing.push(index);
    target.incoming.push(index);
    const earlier = compared ? then(frameRow) : undefined;
    return { index, source: source.index, target: target.index, ...now(frameRow), earlier, frameRow };
  });
  const list = connected([...nodes.values()], links);
  const steps = [...new Set(list.map(({ step }) => step))].sort((a, b) => a - b);
  finish(list, links, steps, marker?.direction === 'before');
  const columns = steps.map((step) => list.filter((node) => node.step === step));
  if (!marker) {
    columns.forEach((column) => column.sort((a, b) => Number(isEnd(a)) - Number(isEnd(b)) || b.value - a.value));
  }
  const before = marker?.direction === 'before';
  const anchors = columns[before ? columns.length - 1 : 0] ?? [];
  return {
    model: {
      frame,
      marker,
      valueField: fields.value,
      unitName: marker ? countedName(marker) : nameOfValues(fields.value.name),
      nodes: list,
      links,
      columns: columns.map((column) => column.map(({ index }) => index)),
      steps,
      total: marker?.paths ?? anchors.reduce((sum, { value }) => sum + value, 0),
      before,
      timeShift: comparisonOf(frame)?.timeShift,
      compared,
    },
  };
}

function newNode(index: number, step: number, name: string, given?: PathNode): ModelNode {
  const kind = given ? given.kind : KIND_NAMES[name];
  return {
    index,
    step,
    column: 0,
    name,
    label: kind ? KIND_LABELS[kind] : name || '(none)',
    kind,
    keys: given?.keys,
    value: given?.value ?? NaN,
    requests: given?.requests ?? NaN,
    incoming: [],
    outgoing: [],
  };
}

/** Nodes that a link touches, numbered anew. */
function connected(nodes: ModelNode[], links: ModelLink[]): ModelNode[] {
  const kept = nodes.filter((node) => node.incoming.length + node.outgoing.length > 0);
  const numbers = new Map(kept.map((node, index) => [node.index, index]));
  kept.forEach((node, index) => (node.index = index));
  for (const link of links) {
    link.source = numbers.get(link.source)!;
    link.target = numbers.get(link.target)!;
  }
  return kept;
}

function finish(nodes: ModelNode[], links: ModelLink[], steps: number[], before: boolean): void {
  const sum = (indexes: number[], of: (link: ModelLink) => number) =>
    indexes.reduce((total, index) => total + of(links[index]), 0);
  const compared = links.some(({ earlier }) => earlier);
  for (const node of nodes) {
    const through = (of: (link: ModelLink) => number) => Math.max(sum(node.incoming, of), sum(node.outgoing, of));
    node.column = steps.indexOf(node.step);
    node.value = Number.isNaN(node.value) ? through(({ value }) => value) : node.value;
    if (compared) {
      node.earlier = through(({ earlier }) => earlier?.value ?? 0);
    }
  }
  for (const link of links) {
    const of = nodes[before ? link.target : link.source].value;
    link.share = Number.isNaN(link.share) && of > 0 ? link.value / of : link.share;
  }
}

function countedName({ counting, unit }: PathsMarker): string {
  if (counting !== 'units') {
    return counting === 'sessions' ? 'sessions' : 'paths';
  }
  return /^(customer|session|account)$/.test(unit) ? `${unit}s` : `values of ${unit}`;
}

function nameOfValues(name: string): string {
  return /^(customers|sessions|accounts|users|requests|paths)$/i.test(name) ? name.toLowerCase() : 'paths';
}
