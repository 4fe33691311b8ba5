import { statfs } from 'node:fs/promises';

import { ApitrailError, parseDuration, type HealthProblem } from '@apitrail/contract';
import type { Logger } from 'pino';

import { retainAnnotations } from '../annotations/retention';
import { ANNOTATIONS_TABLE } from '../annotations/table';
import type { Settings } from '../config/settings';
import { LEFT_OUT_TABLE } from '../ingest/noise/left-out-table';
import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { DeltaTable } from '../lake/delta-table';
import { ClockGuard } from '../lake/maintenance/clock-guard';
import { compactTable } from '../lake/maintenance/compact';
import { presentTables } from '../lake/maintenance/open-tables';
import { applyRetention } from '../lake/maintenance/retention';
import { planTiers } from '../lake/maintenance/tiers';
import { vacuumTable } from '../lake/maintenance/vacuum';
import { totalsOf } from '../lake/rewrite';
import { REQUESTS_TABLE } from '../lake/table-definition';
import { openWorkDirectory, type WorkDirectory } from '../lake/work-directory';
import { LAKE_TABLES } from './lake-tables';
import { MaintenanceMetrics } from './metrics';
import { policyOf } from './retention-policy';
import { TaskLoop, type Task } from './task-loop';

/** Sorting spills rows as they are, which are so many times as large as in a file. */
const SPILL_FACTOR = 4;

interface Open {
  engine: DuckDb;
  work: WorkDirectory;
  tables: Map<string, DeltaTable>;
}

/** Keeps a lake in order while it is written to and read: compaction, retention, vacuum. */
export class Maintenance {
  readonly metrics: MaintenanceMetrics;
  private readonly loop: TaskLoop;
  private readonly clock: ClockGuard;
  private open: Open | undefined;
  private holdMs = 0;
  private shortOfRoom: HealthProblem | undefined;

  constructor(
    private readonly settings: Settings,
    private readonly log: Logger
  ) {
    const { interval, vacuum_interval: vacuumInterval } = settings.maintenance;
    this.clock = new ClockGuard(settings.lake);
    const tasks: Task[] = [
      { name: 'compaction', intervalMs: parseDuration(interval), run: (signal) => this.compact(signal) },
      { name: 'retention', intervalMs: parseDuration(vacuumInterval), run: () => this.retain() },
      { name: 'vacuum', intervalMs: parseDuration(vacuumInterval), run: (signal) => this.vacuum(signal) },
    ];
    this.loop = new TaskLoop(tasks, log);
    this.metrics = new MaintenanceMetrics(() => this.loop.current(), settings.lake);
  }

  start(): void {
    this.loop.start();
  }

  async stop(): Promise<void> {
    await this.loop.stop();
    await this.open?.engine.close();
    await this.open?.work.close();
    this.open = undefined;
  }

  /** What is wrong, and how to mend it. */
  problems(): HealthProblem[] {
    const failing = this.loop
      .current()
      .flatMap(({ name, error }) =>
        error && error.code !== 'APITRAIL_LAKE_BUSY'
          ? [{ code: error.code, message: `Maintenance of the lake fails (${name}): ${error.message}` }]
          : []
      );
    const held: HealthProblem[] =
      this.holdMs > 0
        ? [
            {
              code: 'APITRAIL_CLOCK_MOVED',
              message: `The clock of the machine was set, or nobody saw it for more than a day. Nothing is deleted by age for another ${showHours(this.holdMs)}, in case it is wrong. If it is right, apitrail retention --force deletes at once what retention no longer keeps.`,
            },
          ]
        : [];
    return [...failing, ...held, ...(this.shortOfRoom ? [this.shortOfRoom] : [])];
  }

  private async compact(signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
    const tables = await this.tables();
    await this.lookAtClock(tables);
    const sums = { files: 0, into: 0, rows: 0, bytes: 0 };
    this.shortOfRoom = undefined;
    for (const table of tables) {
      const tiers = { targetBytes: this.settings.maintenance.target_size };
      const groups = [...planTiers(table, await table.snapshot(), tiers).values()].flat();
      if (groups.length > 0 && (await this.hasRoomFor(Math.max(...groups.map((group) => totalsOf(group).bytes))))) {
        const summary = await compactTable(table, { tiers, signal }).catch((error: unknown) => {
          if (error instanceof ApitrailError && error.code === 'APITRAIL_LAKE_BUSY') {
            // A person compacts: what is left is there the next time.
            return undefined;
          }
          throw error;
        });
        if (summary) {
          this.metrics.onCompacted(summary);
          sums.files += summary.removed.files;
          sums.into += summary.added.files;
          sums.rows += summary.added.rows;
          sums.bytes += summary.added.bytes;
        }
      }
      this.metrics.onTable(table.definition.name, await table.snapshot());
    }
    return sums.files > 0 ? sums : undefined;
  }

  private async retain(): Promise<Record<string, unknown> | undefined> {
    const tables = await this.tables();
    await this.lookAtClock(tables);
    const policy = policyOf(this.settings.retention);
    const trusted = this.holdMs > 0 ? { ...policy, ageMs: undefined } : policy;
    let done: Record<string, unknown> | undefined;
    for (const table of tables) {
      if (table.definition.name === REQUESTS_TABLE.name) {
        const summary = await applyRetention(table, trusted);
        this.metrics.onRetained(summary);
        if (summary.days.length > 0) {
          const { days, removed, oldest } = summary;
          done = { ...{ days: days.map(({ date, why }) => `${date} (${why})`), ...removed }, oldest };
        }
      } else if (table.definition.name === LEFT_OUT_TABLE.name) {
        await applyRetention(table, { ageMs: trusted.ageMs });
      } else if (table.definition.name === ANNOTATIONS_TABLE.name && trusted.ageMs !== undefined) {
        const annotations = await retainAnnotations(table, this.open!.engine, Date.now() - trusted.ageMs);
        done = annotations > 0 ? { ...done, annotations } : done;
      }
      this.metrics.onTable(table.definition.name, await table.snapshot());
    }
    return done;
  }

  private async vacuum(signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
    const tables = await this.tables();
    await this.lookAtClock(tables);
    if (this.holdMs > 0) {
      // By a clock that was set ahead, files that queries read now would have been removed long ago.
      return undefined;
    }
    const { maintenance, limits } = this.settings;
    const retentionMs = Math.max(parseDuration(maintenance.keep_replaced), 2 * limits.queryTimeoutMs);
    const sums = { files: 0, bytes: 0, log_files: 0, unexplained: 0 };
    for (const table of tables) {
      const summary = await vacuumTable(table, { retentionMs, force: true, signal });
      this.metrics.onVacuumed(summary);
      sums.files += summary.expired.files + summary.orphans.files;
      sums.bytes += summary.expired.bytes + summary.orphans.bytes;
      sums.log_files += summary.log_files;
      sums.unexplained += summary.unexplained.files;
    }
    return sums.files + sums.log_files > 0 ? sums : undefined;
  }

  /** The tables that are there by now; none while there is no lake. */
  private async tables(): Promise<DeltaTable[]> {
    const { lake, maintenance } = this.settings;
    const present = presentOrNone(lake);
    if (present.length === 0) {
      return [];
    }
    if (!this.open) {
      const work = await openWorkDirectory(lake);
      const { threads, memory } = maintenance;
      const engine = await openDuckDb({ threads, memoryLimit: `${memory}B`, tempDirectory: work.path });
      this.open = { engine, work, tables: new Map() };
    }
    const { engine, tables } = this.open;
    for (const definition of present) {
      if (!tables.has(definition.name)) {
        const onWarning = (error: unknown) => this.log.warn({ err: error }, 'a checkpoint was not written');
        tables.set(definition.name, await DeltaTable.open(definition, lake, { engine, onWarning }));
      }
    }
    return [...tables.values()];
  }

  private async lookAtClock(tables: readonly DeltaTable[]): Promise<void> {
    if (tables.length === 0) {
      return;
    }
    const states = await Promise.all(tables.map((table) => table.snapshot()));
    const written = states.flatMap(({ files }) => [...files.values()].map(({ add }) => add.modificationTime));
    const newest = written.reduce((most, time) => Math.max(most, time), 0);
    const { hold } = await this.clock.look(written.length > 0 ? newest : undefined);
    if (hold > 0 && this.holdMs === 0) {
      this.log.warn(
        { hours: hold / 3_600_000 },
        'the clock was set; nothing is deleted by age until it has gone steadily'
      );
    }
    this.holdMs = hold;
    this.metrics.onClock(hold);
  }

  /** Taking in goes first: what is left to it on a disk is not used up by tidying. */
  private async hasRoomFor(bytes: number): Promise<boolean> {
    const { bavail, bsize } = await statfs(this.settings.lake);
    const enough = bavail * bsize >= SPILL_FACTOR * bytes + this.settings.ingest.disk_reserve;
    if (!enough) {
      this.shortOfRoom = {
        code: 'APITRAIL_DISK_FULL',
        message: `Small files are not put together: the disk of ${this.settings.lake} has too little room left. Make room, or let retention keep less (retention.age, retention.size).`,
      };
    }
    return enough;
  }
}

const showHours = (ms: number): string =>
  ms >= 3_600_000 ? `${Math.ceil(ms / 3_600_000)} hours` : `${Math.ceil(ms / 60_000)} minutes`;

function presentOrNone(lake: string) {
  try {
    return presentTables(lake, LAKE_TABLES);
  } catch {
    return [];
  }
}
