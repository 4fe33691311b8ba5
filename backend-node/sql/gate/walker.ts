import type { ApitrailError } from '@apitrail/contract';

import { codeTokens } from '../macros/tokens';
import type { GateLimits, GateOptions } from './options';
import { namesGiven } from './names-given';
import { locationOf, refusedAt, type Json } from './parse';

/** An object of the parse tree. */
export type Node = { [key: string]: Json };

/** Checks one value of a node; `where` is the nearest node around it that has a place. */
export type Check = (value: Json, walker: Walker, where: Node) => void;

/** Every key a node of one kind may have, with what its value may be. A key that is not named is refused. */
export type Shape = Readonly<Record<string, Check>>;

/** DuckDB compares names without regard to the case of ASCII letters, and of no others. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** A walk over the tree of one statement: what was seen, what may be named, and how deep it is. */
export class Walker {
  /** Tables of ours that are read. */
  readonly tablesRead = new Set<string>();
  private readonly tables: ReadonlyMap<string, readonly string[]>;
  private readonly columns: ReadonlySet<string>;
  private readonly given: ReadonlySet<string>;
  private scopes: Array<Set<string>> = [];
  private depth = 0;
  private nodes = 0;

  constructor(
    private readonly text: string,
    readonly options: GateOptions,
    readonly limits: GateLimits,
    statement: Json = null
  ) {
    this.given = namesGiven(statement);
    this.tables = new Map([...options.tables].map(([name, columns]) => [foldCase(name), columns]));
    this.columns = new Set([...options.tables.values()].flat().map(foldCase));
  }

  /** The error of something that may not be used, at the place of the node or the nearest around it. */
  refuse(message: string, ...nodes: Array<Json | undefined>): ApitrailError {
    const offset = nodes.map((node) => locationOf(this.text, node)).find((found) => found !== undefined);
    return refusedAt(this.text, offset, this.options, message);
  }

  /** The error of something that DuckDB gives no place of, at the first word of the text that looks like it. */
  refuseWord(message: string, word: RegExp, ...nodes: Array<Json | undefined>): ApitrailError {
    const token = codeTokens(this.text).find(({ text }) => word.test(text));
    return token ? refusedAt(this.text, token.offset, this.options, message) : this.refuse(message, ...nodes);
  }

  /** Counts a node and what is within it against the limits. */
  within(node: Node, where: Node, work: () => void): void {
    this.nodes++;
    this.depth++;
    if (this.nodes > this.limits.nodes) {
      const message = `The SQL has more than ${this.limits.nodes} parts. Write a shorter one.`;
      throw this.refuse(message, node, where);
    }
    if (this.depth > this.limits.depth) {
      const message = `The SQL is nested more than ${this.limits.depth} deep. Write it flatter, with WITH or IN.`;
      throw this.refuse(message, node, where);
    }
    work();
    this.depth--;
  }

  /** Runs work in which more names of common table expressions are known; names can be added while it runs. */
  scope(work: (names: Set<string>) => void): void {
    const names = new Set<string>();
    this.scopes.push(names);
    work(names);
    this.scopes.pop();
  }

  isTable(name: string): boolean {
    return this.tables.has(foldCase(name));
  }

  isCommonTable(name: string): boolean {
    return this.scopes.some((names) => names.has(foldCase(name)));
  }

  /** Whether any table of ours has a column of the name, or the statement gives the name to something. */
  isColumn(name: string): boolean {
    return this.columns.has(foldCase(name)) || this.given.has(foldCase(name));
  }

  /** Names that may stand in FROM here. */
  tableNames(): string[] {
    return [...this.options.tables.keys(), ...this.scopes.flatMap((names) => [...names])];
  }

  /** Checks every key of a node against its shape. */
  check(node: Node, shape: Shape, where: Node, what: string): void {
    for (const [key, value] of Object.entries(node)) {
      const check = Object.hasOwn(shape, key) ? shape[key] : undefined;
      if (!check) {
        throw this.refuse(`${what} has a part (${key}) that Apitrail does not know, so it cannot run.`, node, where);
      }
      check(value, this, locationOf(this.text, node) === undefined ? where : node);
    }
  }
}
