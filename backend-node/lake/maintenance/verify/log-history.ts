import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Engine } from '../../../engine/engine';
import { parseActions, type Action } from '../../actions';
import { DEFAULT_TOMBSTONE_RETENTION_MS, intervalMs, lastCheckpoint, readCheckpoint } from '../../checkpoint';
import { checkpointName, entryName, LAST_CHECKPOINT, logDirectory } from '../../layout';
import { listLog } from '../../log';
import { TableStateBuilder, type TableState } from '../../table-state';
import { ENGINE_INFO, metricsOf } from '../../commit';
import { differences } from './compare-states';
import type { Report } from './finding';

/** Between two looks at what may be on its way. */
const PAUSE_MS = 500;

/** What a log says, as far as it can be read. */
export interface History {
  /** The newest state that can be reached; undefined when there is none. */
  state: TableState | undefined;
  /** Newest version there is a file of; above the state's when the log is broken between. */
  newest: number;
  /** Version of the newest checkpoint that can be read, and how many actions it holds. */
  checkpoint: { version: number; size: number } | undefined;
  /** States of checkpoints that cannot be read, put together from the entries. */
  lost: TableState[];
  /** Whether it is certain that commits or parts of them are missing that were there once. */
  incomplete: boolean;
}

/** Reads a log entry by entry and holds every checkpoint against them, where `Lake` reads only what it needs. */
export async function readHistory(table: string, name: string, engine: Engine, report: Report): Promise<History> {
  return new HistoryReader(table, name, engine, report).read();
}

class HistoryReader {
  private readonly directory: string;
  private readonly history: History = {
    state: undefined,
    newest: -1,
    checkpoint: undefined,
    lost: [],
    incomplete: false,
  };
  private builder: TableStateBuilder | undefined;

  constructor(
    private readonly table: string,
    private readonly name: string,
    private readonly engine: Engine,
    private readonly report: Report
  ) {
    this.directory = logDirectory(table);
  }

  async read(): Promise<History> {
    const { entries, checkpoints } = await listLog(this.directory);
    const present = new Set(entries);
    const first = Math.min(...entries, ...checkpoints);
    const newest = Math.max(-1, ...entries.slice(-1), ...checkpoints.slice(-1));
    this.history.newest = newest;
    const readable = new Map<number, Action[]>();
    for (const version of checkpoints) {
      const actions = await this.tryCheckpoint(version);
      if (actions) {
        readable.set(version, actions);
        this.history.checkpoint = { version, size: actions.length };
      }
    }
    if (newest < 0) {
      this.broken(entryName(0), 'the log is empty', readable, 0);
    } else if (first > 0 && !readable.has(first)) {
      this.broken(entryName(0), 'the beginning of the log is missing', readable, first);
    } else if (first === 0) {
      this.builder = new TableStateBuilder(this.table);
    }
    for (let version = first; version <= newest; version++) {
      await this.step(version, present.has(version), readable, checkpoints.includes(version));
    }
    this.build(newest);
    for (const version of checkpoints.filter((one) => !readable.has(one))) {
      this.reportLost(version);
    }
    await this.checkPointer(present.has(0));
    return this.history;
  }

  /** States are built only where one is needed: a long log has thousands of versions, and each names every file. */
  private async step(
    version: number,
    present: boolean,
    readable: ReadonlyMap<number, Action[]>,
    isCheckpoint: boolean
  ): Promise<void> {
    const checkpoint = readable.get(version);
    const actions = present ? await this.tryEntry(version, readable) : undefined;
    if (!present && !checkpoint && this.builder) {
      this.broken(entryName(version), 'the entry is missing, though later ones are there', readable, version);
    }
    if (actions) {
      this.apply(version, actions);
    } else {
      // What came before the break can still be read.
      this.build(version - 1);
      this.builder = undefined;
    }
    const replayed = isCheckpoint ? this.build(version) : undefined;
    if (replayed && !checkpoint) {
      this.states.set(version, replayed);
      this.builder = new TableStateBuilder(this.table, replayed);
    }
    if (checkpoint) {
      const own = new TableStateBuilder(this.table);
      own.apply(checkpoint);
      const state = own.build(version);
      if (replayed) {
        await this.compare(replayed, state);
      }
      // As every reader does, on from the newest checkpoint.
      this.builder = new TableStateBuilder(this.table, state);
      this.history.state = state;
    }
  }

  /** States of checkpoints that cannot be read. */
  private readonly states = new Map<number, TableState>();

  private apply(version: number, actions: readonly Action[]): void {
    try {
      this.builder?.apply(actions);
    } catch (error) {
      this.unusable(version, error);
    }
  }

  /** The state that the entries up to a version lead to, when none before it is missing. */
  private build(version: number): TableState | undefined {
    try {
      this.history.state = this.builder?.build(version) ?? this.history.state;
      return this.builder && this.history.state;
    } catch (error) {
      this.unusable(version, error);
      return undefined;
    }
  }

  private unusable(version: number, error: unknown): void {
    const where = this.where(entryName(version));
    this.report({ severity: 'error', check: 'log', where, message: (error as Error).message, mend: 'none' });
    this.builder = undefined;
  }

  private async tryCheckpoint(version: number): Promise<Action[] | undefined> {
    try {
      const actions = await readCheckpoint(this.engine, this.directory, version);
      new TableStateBuilder(this.table).apply(actions);
      return actions.some(({ metaData }) => metaData) && actions.some(({ protocol }) => protocol) ? actions : undefined;
    } catch {
      return undefined;
    }
  }

  private async tryEntry(version: number, readable: ReadonlyMap<number, Action[]>): Promise<Action[] | undefined> {
    const name = entryName(version);
    try {
      const actions = parseActions(await readFile(join(this.directory, name), 'utf8'));
      for (const path of doubled(actions)) {
        this.report({
          severity: 'error',
          check: 'log',
          where: this.where(name),
          message: `names ${path} twice, which readers take in different ways`,
          mend: 'none',
        });
      }
      this.checkMetrics(name, actions);
      return actions;
    } catch (error) {
      this.broken(name, `cannot be read: ${(error as Error).message}`, readable, version);
      return undefined;
    }
  }

  /** Lines that were cut off an entry or put into it leave JSON that is whole. */
  private checkMetrics(name: string, actions: readonly Action[]): void {
    const said = actions.find(({ commitInfo }) => commitInfo)?.commitInfo;
    if (said?.engineInfo !== ENGINE_INFO || !said.operationMetrics) {
      return;
    }
    const found = metricsOf(actions);
    const wrong = (['numAddedFiles', 'numRemovedFiles'] as const).filter(
      (metric) => said.operationMetrics?.[metric] !== found[metric]
    );
    if (wrong.length > 0) {
      this.history.incomplete = true;
      const counts = wrong.map(
        (metric) =>
          `${metric === 'numAddedFiles' ? 'adds' : 'removes'} ${found[metric]} files where it says ${said.operationMetrics?.[metric]}`
      );
      this.report({
        severity: 'error',
        check: 'log',
        where: this.where(name),
        message: `was changed after its commit: it ${counts.join(', and ')}. Restore it from a backup`,
        mend: 'none',
      });
    }
  }

  /** A break does no harm to answers when a checkpoint after it has all there is. */
  private broken(name: string, what: string, readable: ReadonlyMap<number, Action[]>, version: number): void {
    const after = [...readable.keys()].find((one) => one >= version);
    this.report({
      severity: after === undefined ? 'error' : 'warning',
      check: 'log',
      where: this.where(name),
      message:
        after === undefined
          ? `${what}; versions from there on cannot be read. Restore the file from a backup`
          : `${what}; versions before the checkpoint of ${after} cannot be read, later ones are whole`,
      mend: 'none',
    });
  }

  private async compare(replayed: TableState, checkpoint: TableState): Promise<void> {
    const path = join(this.directory, checkpointName(checkpoint.version));
    const retention = intervalMs(replayed.metadata.configuration['delta.deletedFileRetentionDuration']);
    const forgotten = (await stat(path)).mtimeMs - (retention ?? DEFAULT_TOMBSTONE_RETENTION_MS);
    for (const difference of differences(replayed, checkpoint, forgotten)) {
      this.report({
        severity: 'error',
        check: 'checkpoint',
        where: this.where(checkpointName(checkpoint.version)),
        message: `is not what the entries before it say: ${difference}. One of the two was changed; compare them with a backup`,
        mend: 'none',
      });
    }
  }

  private reportLost(version: number): void {
    const state = this.states.get(version);
    if (state) {
      this.history.lost.push(state);
    }
    this.report({
      severity: 'error',
      check: 'checkpoint',
      where: this.where(checkpointName(version)),
      message: state
        ? 'cannot be read, but the entries before it say what was in it'
        : 'cannot be read, and the entries before it are gone. Restore the file from a backup',
      mend: state ? 'checkpoint' : 'none',
    });
  }

  private async checkPointer(fromTheBeginning: boolean): Promise<void> {
    if (await this.pointerIsSound()) {
      return;
    }
    // A checkpoint may have got its place just now, and its pointer not yet.
    await sleep(PAUSE_MS);
    if (await this.pointerIsSound()) {
      return;
    }
    const pointed = await lastCheckpoint(this.directory);
    const { entries, checkpoints } = await listLog(this.directory);
    const newest = Math.max(-1, ...entries.slice(-1), ...checkpoints.slice(-1));
    if (pointed !== undefined && pointed > newest) {
      this.history.incomplete = true;
      this.report({
        severity: 'error',
        check: 'log',
        where: this.where(LAST_CHECKPOINT),
        message: `points at version ${pointed}, and the log ends with ${newest}: later commits are missing. Restore the log from a newer backup`,
        mend: 'none',
      });
      return;
    }
    const unneeded = pointed === undefined && fromTheBeginning;
    this.report({
      severity: unneeded ? 'warning' : 'error',
      check: 'checkpoint',
      where: this.where(LAST_CHECKPOINT),
      message:
        pointed !== undefined
          ? `points at the checkpoint of version ${pointed}, which is not there`
          : unneeded
            ? 'is missing or torn, so that readers go through the whole log'
            : 'is missing or torn, so that Trino finds no beginning of the log',
      mend: this.history.state ? 'checkpoint' : 'none',
    });
  }

  private async pointerIsSound(): Promise<boolean> {
    const pointed = await lastCheckpoint(this.directory);
    const { checkpoints } = await listLog(this.directory);
    return checkpoints.length === 0 ? pointed === undefined : pointed !== undefined && checkpoints.includes(pointed);
  }

  private where(name: string): string {
    return join(this.name, '_delta_log', name);
  }
}

/** Paths that one commit adds or removes twice. */
function doubled(actions: readonly Action[]): string[] {
  return (['add', 'remove'] as const).flatMap((kind) => {
    const seen = new Set<string>();
    return actions.flatMap((action) => {
      const path = action[kind]?.path;
      const again = path !== undefined && seen.has(path);
      seen.add(path ?? '');
      return again ? [path] : [];
    });
  });
}
