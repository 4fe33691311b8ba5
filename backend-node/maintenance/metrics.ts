import { statfs } from 'node:fs/promises';

import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';

import type { CompactSummary } from '../lake/maintenance/compact';
import type { RetentionSummary } from '../lake/maintenance/retention';
import type { VacuumSummary } from '../lake/maintenance/vacuum';
import { totalsOf } from '../lake/rewrite';
import type { TableState } from '../lake/table-state';
import type { TaskState } from './task-loop';

/** What `/metrics` says of the maintenance process and of the tables it looks after. */
export class MaintenanceMetrics {
  readonly registry = new Registry();

  private readonly compactedFiles = this.counter('compaction_files_total', 'Files that others took the place of.');
  private readonly compactedInto = this.counter('compaction_written_files_total', 'Files that were put together.');
  private readonly compactedRows = this.counter('compaction_rows_total', 'Rows written again by compaction.');
  private readonly compactedBytes = this.counter('compaction_written_bytes_total', 'Bytes written by compaction.');
  private readonly conflicts = this.counter('compaction_conflicts_total', 'Days that others kept rewriting meanwhile.');
  private readonly vacuumedFiles = this.counter('vacuum_files_total', 'Data files deleted from the disk.');
  private readonly vacuumedBytes = this.counter('vacuum_bytes_total', 'Bytes deleted from the disk.');
  private readonly retiredDays = this.counter('retention_partitions_total', 'Days taken out of the table by retention.');
  private readonly retiredRows = this.counter('retention_rows_total', 'Rows taken out of the table by retention.');
  private readonly retiredBytes = this.counter('retention_bytes_total', 'Bytes taken out of the table by retention.');
  private readonly held = new Gauge({
    name: 'apitrail_retention_held_seconds',
    help: 'Time until what deletes by age goes on, after the clock was set by much; 0 when it goes on.',
    registers: [this.registry],
  });
  private readonly files = this.gauge('lake_files', 'Live data files.');
  private readonly bytes = this.gauge('lake_bytes', 'Bytes of the live data files.');
  private readonly rows = this.gauge('lake_rows', 'Rows in live data files.');
  private readonly oldest = this.gauge('lake_oldest_timestamp_seconds', 'Time of the oldest row.');
  private readonly newest = this.gauge('lake_newest_timestamp_seconds', 'Time of the newest row.');
  private readonly version = this.gauge('lake_version', 'Version of the table.');
  private readonly replacedFiles = this.gauge('lake_replaced_files', 'Removed files that vacuum has not deleted yet.');
  private readonly replacedBytes = this.gauge('lake_replaced_bytes', 'Bytes of removed files not deleted yet.');

  /** `lake` is the folder whose disk is looked at. */
  constructor(tasks: () => readonly TaskState[], lake: string) {
    const registers = [this.registry];
    const disk = async () => {
      // A lake that is not there yet has no disk.
      const found = await statfs(lake).catch(() => undefined);
      return found && { free: found.bavail * found.bsize, size: found.blocks * found.bsize };
    };
    const diskGauge = (name: 'free' | 'size', help: string) =>
      new Gauge({
        ...{ name: `apitrail_lake_disk_${name}_bytes`, help, registers },
        async collect() {
          const bytes = (await disk())?.[name];
          if (bytes === undefined) {
            this.reset();
          } else {
            this.set(bytes);
          }
        },
      });
    diskGauge('free', 'Room that is left on the disk of the lake.');
    diskGauge('size', 'Size of the disk of the lake.');
    collectDefaultMetrics({ register: this.registry });
    new Counter({
      name: 'apitrail_maintenance_runs_total',
      help: 'Runs of a task of maintenance, by outcome.',
      labelNames: ['task', 'outcome'],
      registers,
      collect() {
        this.reset();
        tasks().forEach(({ name: task, succeeded, failed }) => {
          this.inc({ task, outcome: 'success' }, succeeded);
          this.inc({ task, outcome: 'failure' }, failed);
        });
      },
    });
    new Gauge({
      name: 'apitrail_maintenance_last_success_timestamp_seconds',
      help: 'When a task of maintenance last ended well.',
      labelNames: ['task'],
      registers,
      collect() {
        tasks().forEach(({ name, lastSuccess }) => lastSuccess && this.set({ task: name }, lastSuccess / 1000));
      },
    });
    new Gauge({
      name: 'apitrail_maintenance_last_duration_seconds',
      help: 'How long a task of maintenance took the last time.',
      labelNames: ['task'],
      registers,
      collect() {
        tasks().forEach(({ name, lastMs }) => this.set({ task: name }, lastMs / 1000));
      },
    });
  }

  onCompacted({ table, removed, added, conflicts }: CompactSummary): void {
    this.compactedFiles.inc({ table }, removed.files);
    this.compactedInto.inc({ table }, added.files);
    this.compactedRows.inc({ table }, added.rows);
    this.compactedBytes.inc({ table }, added.bytes);
    this.conflicts.inc({ table }, conflicts.length);
  }

  onVacuumed({ table, expired, orphans }: VacuumSummary): void {
    this.vacuumedFiles.inc({ table }, expired.files + orphans.files);
    this.vacuumedBytes.inc({ table }, expired.bytes + orphans.bytes);
  }

  onRetained({ table, days, removed }: RetentionSummary): void {
    this.retiredDays.inc({ table }, days.length);
    this.retiredRows.inc({ table }, removed.rows);
    this.retiredBytes.inc({ table }, removed.bytes);
  }

  onClock(holdMs: number): void {
    this.held.set(holdMs / 1000);
  }

  onTable(table: string, { version, files, tombstones }: TableState): void {
    const live = [...files.values()];
    const totals = totalsOf(live);
    this.files.set({ table }, totals.files);
    this.bytes.set({ table }, totals.bytes);
    this.rows.set({ table }, totals.rows);
    this.version.set({ table }, version);
    const oldest = live.reduce((least, one) => Math.min(least, one.oldest ?? Infinity), Infinity);
    const newest = live.reduce((most, one) => Math.max(most, one.newest ?? -Infinity), -Infinity);
    if (Number.isFinite(oldest) && Number.isFinite(newest)) {
      this.oldest.set({ table }, oldest / 1000);
      this.newest.set({ table }, newest / 1000);
    } else {
      this.oldest.remove({ table });
      this.newest.remove({ table });
    }
    this.replacedFiles.set({ table }, tombstones.size);
    this.replacedBytes.set(
      { table },
      [...tombstones.values()].reduce((sum, { size = 0 }) => sum + size, 0)
    );
  }

  private counter(name: string, help: string): Counter<'table'> {
    return new Counter({ name: `apitrail_${name}`, help, labelNames: ['table'], registers: [this.registry] });
  }

  private gauge(name: string, help: string): Gauge<'table'> {
    return new Gauge({ name: `apitrail_${name}`, help, labelNames: ['table'], registers: [this.registry] });
  }
}
