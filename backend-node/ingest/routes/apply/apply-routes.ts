import { ApitrailError, PARTITION_COLUMN } from '@apitrail/contract';

import type { DuckDb } from '../../../engine/duckdb';
import { isRetryable } from '../../../engine/duckdb-errors';
import type { DeltaTable } from '../../../lake/delta-table';
import { overlaps } from '../../../lake/pruning';
import { groupFiles, totalsOf } from '../../../lake/rewrite';
import type { DataFile } from '../../../lake/table-state';
import type { RouteAssigner, RouteRow } from '../assigner';
import { planFiles, relationOf, type DayPlan } from './day-plan';
import { EffectTally, type RoutesEffect } from './effect';
import { lostRoute, type StoredPath } from './reassign';
import { gatherPaths, storedPages, withNewRoutes, type RowScope } from './stored-paths';

export interface ApplyRoutesOptions {
  table: DeltaTable;
  engine: DuckDb;
  /** Folder for what need not outlive the work. */
  workFolder: string;
  /** Makes an assigner with the rules and documents of now, and what the classifier knows. Called twice. */
  assigner: () => RouteAssigner;
  scope: RowScope;
  signal?: AbortSignal;
  onProgress?: (progress: ApplyProgress) => void;
}

/** How far the work is. */
export interface ApplyProgress {
  doing: 'learning' | 'looking' | 'applying';
  /** Day that is worked on, `YYYY-MM-DD`, and how many are done of how many. */
  date: string;
  done: number;
  days: number;
  /** Rows that were changed so far, or would be. */
  changedRows: number;
}

/** What was done, or would be. */
export interface AppliedRoutes extends RoutesEffect {
  /** Files with rows that change, and their bytes: they are written anew. */
  files: number;
  bytes: number;
  /** Days with such files. */
  days: number;
  /** True when it was stopped; what is committed stays, and the same command goes on from there. */
  interrupted: boolean;
}

/** Another process may take files away while they are looked at, or between that and the commit. */
const ATTEMPTS = 20;
/** Times that files are looked for which came meanwhile. */
const ROUNDS = 10;
/** A path that was asked for more often teaches no more. */
const MAX_WEIGHT = 100;

/**
 * Gives the rows of a lake the routes they would get now, by rewriting the files in which any changes. Each commit is
 * whole and leaves as many rows as there were, so a kill at any moment costs only the work since the last; what is done
 * already has nothing left to change.
 */
export class RouteApplication {
  private readonly known: RouteAssigner;
  private readonly taught: RouteAssigner;
  private learned = false;

  constructor(private readonly options: ApplyRoutesOptions) {
    this.known = options.assigner();
    this.taught = options.assigner();
  }

  /** Looks what would change, and changes nothing. */
  preview(): Promise<AppliedRoutes> {
    return this.run(false);
  }

  /** Rewrites what changes. Rows that come in meanwhile are looked at, too. */
  apply(): Promise<AppliedRoutes> {
    return this.run(true);
  }

  private async run(write: boolean): Promise<AppliedRoutes> {
    const tally = new EffectTally();
    const seen = new Set<string>();
    const total = { files: 0, bytes: 0, days: 0 };
    try {
      await this.learn();
      for (let round = 0; round < (write ? ROUNDS : 1); round++) {
        const dates = await this.dates(seen);
        for (const [done, date] of dates.entries()) {
          const doing = write ? 'applying' : 'looking';
          this.tell({ doing, date, done, days: dates.length, changedRows: tally.changedRows });
          const { files, bytes } = await retried(() => this.day(date, seen, write, tally));
          total.files += files;
          total.bytes += bytes;
          total.days += files > 0 ? 1 : 0;
        }
        if (dates.length === 0) {
          break;
        }
      }
    } catch (error) {
      if (!this.options.signal?.aborted) {
        throw error;
      }
      return { ...tally.effect(), ...total, interrupted: true };
    }
    return { ...tally.effect(), ...total, interrupted: false };
  }

  /**
   * Shows the classifier the paths whose rule or document is gone, as it may never have seen them. What it knew of
   * others stays as it was: they are asked of another one.
   */
  private async learn(): Promise<void> {
    if (this.learned) {
      return;
    }
    const { engine, table, scope, signal } = this.options;
    let any = false;
    const dates = await this.dates(new Set());
    for (const [done, date] of dates.entries()) {
      this.tell({ doing: 'learning', date, done, days: dates.length, changedRows: 0 });
      await retried(async () => {
        const rows = relationOf(await this.filesOf(date, new Set()), table.path);
        await engine.session(async (run) => {
          const count = await gatherPaths(run, rows, scope, { lostOnly: true, signal });
          for await (const page of storedPages(run, count, signal)) {
            const lost = page.filter(({ stored }) => lostRoute(stored, this.known));
            any ||= lost.length > 0;
            this.taught.observe(successes(lost));
          }
        });
      });
    }
    if (any) {
      this.taught.settle();
    }
    this.learned = true;
  }

  /** Plans a day and, if asked to, rewrites what changes in it. Gives what is written anew. */
  private async day(date: string, seen: Set<string>, write: boolean, tally: EffectTally) {
    const { engine, table, workFolder, scope, signal } = this.options;
    const files = await this.filesOf(date, seen);
    const { known, taught } = this;
    const plan = await planFiles(files, { engine, table: table.path, workFolder, known, taught, scope, signal });
    try {
      if (write && plan.changed.length > 0) {
        await this.rewrite(date, plan, seen);
      }
    } finally {
      await plan.close();
    }
    files.forEach(({ add }) => seen.add(add.path));
    tally.merge(plan.tally);
    return totalsOf(plan.changed);
  }

  private async rewrite(date: string, { changed, mapping }: DayPlan, seen: Set<string>): Promise<void> {
    const { table, scope, signal } = this.options;
    const rewritten = await table.rewrite(groupFiles(changed), {
      operation: 'UPDATE',
      parameters: {
        predicate: JSON.stringify([`(${PARTITION_COLUMN.name} = '${date}')`]),
        what: 'apitrail routes apply',
      },
      transform: (rows) => withNewRoutes(rows, mapping, scope),
      ...(signal ? { signal } : {}),
    });
    rewritten?.paths.forEach((path) => seen.add(path));
  }

  /** Dates with files that were not looked at yet, oldest first. */
  private async dates(seen: ReadonlySet<string>): Promise<string[]> {
    return [...new Set((await this.unseen(seen)).map(dateOf))].sort();
  }

  private async filesOf(date: string, seen: ReadonlySet<string>): Promise<DataFile[]> {
    return (await this.unseen(seen)).filter((file) => dateOf(file) === date);
  }

  private async unseen(seen: ReadonlySet<string>): Promise<DataFile[]> {
    const { table, scope, signal } = this.options;
    signal?.throwIfAborted();
    const range = {
      ...(scope.from === undefined ? {} : { from: scope.from }),
      ...(scope.to === undefined ? {} : { to: scope.to }),
    };
    const { files } = await table.snapshot();
    return [...files.values()].filter((file) => !seen.has(file.add.path) && overlaps(file, range));
  }

  private tell(progress: ApplyProgress): void {
    this.options.onProgress?.(progress);
  }
}

const dateOf = ({ add }: DataFile): string => add.partitionValues[PARTITION_COLUMN.name] ?? '';

function* successes(paths: Iterable<{ stored: StoredPath; rows: number }>): Generator<RouteRow> {
  for (const { stored, rows } of paths) {
    const { service, method, path, status } = stored;
    for (let weight = Math.min(rows, MAX_WEIGHT); weight > 0; weight--) {
      yield { service, method, path, status };
    }
  }
}

/** Does work again that another writer got in the way of: from the newest state of the table. */
async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      const conflict = error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_CONFLICT';
      if (attempt >= ATTEMPTS || !(conflict || isRetryable(error))) {
        throw error;
      }
    }
  }
}
