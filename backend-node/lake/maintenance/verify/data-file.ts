import { relative } from 'node:path';

import { PARTITION_COLUMN } from '@apitrail/contract';

import type { Engine } from '../../../engine/engine';
import { identifier, join, literal, sql } from '../../../engine/sql';
import { readTags, sha256OfFile } from '../../file-tags';
import { dataFilePath } from '../../layout';
import { fieldDuckDbType } from '../../schema';
import { escapeGlob } from '../../sql-literals';
import { deltaStats, parseStats, parseTimestampUs, type CopyStats, type FileStats } from '../../stats';
import type { TableDefinition } from '../../table-definition';
import type { DataFile, TableState } from '../../table-state';
import { statIfThere } from '../table-files';
import type { Finding, Report } from './finding';
import { notChecked, provesDamage } from './unreadable';

export interface FileCheckOptions {
  /** Looks only whether files are there with their size and number of rows, and reads none of them. */
  quick?: boolean;
  signal?: AbortSignal;
}

/** What was found of a file, beside what was reported. */
export interface CheckedFile {
  /** Whether the log has a checksum of it that was compared. */
  checksummed: boolean;
  /** Whether it is there, whole as far as can be told, with the rows that the log says. */
  whole: boolean;
  /** Whether it could not be checked to its end, for a reason that says nothing about the file. */
  unchecked: boolean;
  /** Rows it holds; null when they were not counted. */
  rows: number | null;
  /** Its statistics as they should be, where those of the log are wrong and the file is whole. */
  statistics?: FileStats;
}

/** Checks live files of a table against its log. */
export class FileChecker {
  constructor(
    private readonly lake: string,
    private readonly table: string,
    private readonly definition: TableDefinition,
    private readonly state: TableState,
    private readonly engine: Engine,
    private readonly options: FileCheckOptions = {}
  ) {}

  /** Reports what is wrong with a file. */
  async check(file: DataFile, report: Report): Promise<CheckedFile> {
    const { add } = file;
    let path: string;
    try {
      path = dataFilePath(this.table, add.path);
    } catch (error) {
      report({ severity: 'error', check: 'file', where: add.path, message: (error as Error).message, mend: 'none' });
      return { checksummed: false, whole: false, unchecked: false, rows: null };
    }
    const where = relative(this.lake, path);
    let whole = true;
    const say = (check: string, message: string, mend: Finding['mend'], severity: Finding['severity'] = 'error') => {
      whole &&= mend !== 'drop';
      report({ severity, check, where, message, mend, ...(mend === 'drop' ? { rows: file.rows ?? 0 } : {}) });
    };
    const checked: CheckedFile = { checksummed: false, whole: false, unchecked: false, rows: null };
    try {
      return await this.checkFile(file, path, checked, say, () => whole);
    } catch (error) {
      if (this.options.signal?.aborted) {
        throw error;
      }
      // A file whose checksum is right is what was committed, whatever the engine says.
      if (!checked.checksummed && provesDamage(error)) {
        say('file', `cannot be read: ${(error as Error).message}`, 'drop');
      } else {
        checked.unchecked = true;
        say('unchecked', notChecked(error), 'none');
      }
      return { ...checked, whole: false };
    }
  }

  private async checkFile(
    file: DataFile,
    path: string,
    checked: CheckedFile,
    say: Say,
    isWhole: () => boolean
  ): Promise<CheckedFile> {
    const { add } = file;
    const stats = await statIfThere(path);
    if (!stats?.isFile()) {
      say('file', 'is missing', 'drop');
      return checked;
    }
    if ((stats.mode & 0o222) !== 0 && readTags(add).sha256) {
      say('mode', 'can be written to, though data files never change', 'modes', 'warning');
    }
    if (stats.size !== add.size) {
      say('file', `has ${stats.size} bytes where the log says ${add.size}`, 'drop');
      return checked;
    }
    const { sha256 } = readTags(add);
    if (sha256 && !this.options.quick) {
      const found = await sha256OfFile(path, this.options.signal);
      checked.checksummed = true;
      if (found !== sha256) {
        say('checksum', 'does not have the content that was committed: its checksum is another', 'drop');
        return checked;
      }
    }
    const statistics = await this.checkContent(file, path, checked, say);
    checked.whole = isWhole();
    return statistics && checked.whole ? { ...checked, statistics } : checked;
  }

  /** Gives the right statistics when those of the log are not. */
  private async checkContent(
    file: DataFile,
    path: string,
    checked: CheckedFile,
    say: Say
  ): Promise<FileStats | undefined> {
    const one = sql`read_parquet(${literal(escapeGlob(path))}, hive_partitioning = false)`;
    const types = await this.columnTypes(path);
    this.checkSchema(types, say);
    this.checkDate(file, say);
    if (this.options.quick) {
      const rows = (await this.run(sql`SELECT count(*) FROM ${one}`))[0] as number;
      checked.rows = rows;
      this.checkRows(file, rows, say);
      return undefined;
    }
    if (!checked.checksummed) {
      await this.readEverything(one, types);
    }
    const columns = this.definition.columns.filter(
      ({ name }) => types.has(name) && (this.isNoted(name) || name === 'time')
    );
    const values = await this.run(
      sql`SELECT count(*)${join([
        sql``,
        ...columns.map(({ name }) => {
          const column = identifier(name);
          return sql`count(${column}), CAST(min(${column}) AS VARCHAR), CAST(max(${column}) AS VARCHAR)`;
        }),
      ])} FROM ${one}`
    );
    const rows = values[0] as number;
    checked.rows = rows;
    this.checkRows(file, rows, say);
    const measured = new Map<string, Measured>();
    columns.forEach(({ name }, index) => {
      const [count, min, max] = values.slice(1 + 3 * index, 4 + 3 * index) as [number, string | null, string | null];
      measured.set(name, { nulls: rows - count, min, max });
    });
    this.checkPartition(file, measured.get('time'), say);
    await this.checkOrder(file, one, say);
    const wrong = this.checkStatistics(file, rows, measured, say);
    return wrong ? this.statisticsOf(rows, measured) : undefined;
  }

  /** Without a checksum only reading tells: every value of every column is decompressed and decoded. */
  private async readEverything(one: ReturnType<typeof sql>, types: ReadonlyMap<string, string>): Promise<void> {
    const hashes = [...types.keys()].map((name) => sql`bit_xor(hash(${identifier(name)}))`);
    await this.run(sql`SELECT count(*) FROM (SELECT ${join(hashes)} FROM ${one}) AS "read" WHERE "read" IS NOT NULL`);
  }

  private async columnTypes(path: string): Promise<Map<string, string>> {
    const table = await this.engine.run(
      sql`SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM read_parquet(${literal(escapeGlob(path))}, hive_partitioning = false))`,
      this.runOptions()
    );
    const [names = [], types = []] = table.values as string[][];
    return new Map(names.map((name, index) => [name, types[index]!]));
  }

  private checkSchema(types: ReadonlyMap<string, string>, say: Say): void {
    for (const field of this.state.fields) {
      const expected = fieldDuckDbType(field)?.replace('TIMESTAMPTZ', 'TIMESTAMP WITH TIME ZONE');
      const found = types.get(field.name);
      if (expected !== undefined && found !== undefined && found !== expected) {
        say('schema', `has the column ${field.name} as ${found} where the table says ${expected}`, 'none');
      }
    }
    if (!types.has('time')) {
      say('schema', 'has no column time', 'none');
    }
  }

  private checkRows({ rows }: DataFile, found: number, say: Say): void {
    if (rows !== null && found !== rows) {
      // Without a checksum it cannot be told whether the file or the log is wrong.
      say('rows', `holds ${found} rows where the log says ${rows}`, 'none');
    }
  }

  private checkDate({ add }: DataFile, say: Say): void {
    const date = add.partitionValues[PARTITION_COLUMN.name];
    if (this.definition.partitioned && (date ?? '') === '') {
      say(
        'partition',
        'is in no partition: the log has no date of it, so that other readers leave its rows out of every day',
        'none'
      );
    }
  }

  private checkPartition({ add }: DataFile, time: Measured | undefined, say: Say): void {
    const date = add.partitionValues[PARTITION_COLUMN.name];
    if (time && time.nulls > 0) {
      say('partition', `holds ${time.nulls} rows without a time`, 'none');
    }
    const outside = [time?.min, time?.max].find((text) => date != null && text != null && text.slice(0, 10) !== date);
    if (outside !== undefined) {
      say('partition', `holds rows of ${outside?.slice(0, 10)} in the partition of ${date}`, 'none');
    }
  }

  private async checkOrder({ add }: DataFile, one: ReturnType<typeof sql>, say: Say): Promise<void> {
    const { sortedBy } = readTags(add);
    if (!sortedBy) {
      return;
    }
    // Nulls are last in comparisons of rows, as they are in the files.
    const key = sql`row(${join(sortedBy.map(identifier))})`;
    const [found] = await this.run(
      sql`SELECT count(*) FILTER (WHERE "key" < "previous") FROM (SELECT ${key} AS "key", lag(${key}) OVER () AS "previous" FROM ${one})`
    );
    if (found !== 0) {
      say('sort', `is not sorted by ${sortedBy.join(', ')} as the log says`, 'none');
    }
  }

  /** Whether something is wrong with them. */
  private checkStatistics({ add }: DataFile, rows: number, measured: ReadonlyMap<string, Measured>, say: Say): boolean {
    const recorded = parseStats(add.stats);
    const right = this.statisticsOf(rows, measured);
    const ours = readTags(add).sha256 !== undefined;
    const missing = [
      ...(typeof recorded.numRecords === 'number' ? [] : ['the number of rows']),
      ...(ours && [...measured.keys()].some((name) => this.lacksNulls(recorded, name)) ? ['numbers of nulls'] : []),
    ];
    if (missing.length > 0) {
      say('statistics', `lacks ${missing.join(' and ')} in the log`, 'statistics', 'warning');
    }
    const wrong: string[] = [];
    const wide: string[] = [];
    for (const { name, type } of this.definition.columns) {
      const column = measured.get(name);
      if (!column || !this.isNoted(name)) {
        continue;
      }
      const nulls = recorded.nullCount?.[name];
      const [min, max] = [recorded.minValues?.[name], recorded.maxValues?.[name]];
      if (
        (nulls !== undefined && nulls !== column.nulls) ||
        (min !== undefined && column.min !== null && compare(type, min, column.min, 0) > 0) ||
        (max !== undefined && column.max !== null && compare(type, max, column.max, SLACK_US) < 0)
      ) {
        wrong.push(name);
      } else if (ours && (min !== right.minValues[name] || max !== right.maxValues[name])) {
        wide.push(name);
      }
    }
    if (wrong.length > 0) {
      say(
        'statistics',
        `has values outside what the log says of ${wrong.join(', ')}: queries may leave it out`,
        'statistics'
      );
    }
    if (wide.length > 0) {
      say(
        'statistics',
        `has narrower values of ${wide.join(', ')} than the log says, so that queries open it in vain`,
        'statistics',
        'warning'
      );
    }
    return missing.length + wrong.length + wide.length > 0;
  }

  /** Whether the log says something of a column. */
  private isNoted(name: string): boolean {
    const { statistics, counted = [] } = this.definition;
    return statistics.includes(name) || counted.includes(name);
  }

  private lacksNulls({ nullCount }: Partial<FileStats>, name: string): boolean {
    return this.definition.statistics.includes(name) && nullCount?.[name] === undefined;
  }

  private statisticsOf(rows: number, measured: ReadonlyMap<string, Measured>): FileStats {
    const copied: CopyStats = {};
    for (const [name, { nulls, min, max }] of measured) {
      copied[`"${name}"`] = {
        null_count: String(nulls),
        ...(min === null ? {} : { min }),
        ...(max === null ? {} : { max }),
      };
    }
    return deltaStats(this.definition, rows, copied);
  }

  private async run(statement: ReturnType<typeof sql>): Promise<unknown[]> {
    return (await this.engine.run(statement, this.runOptions())).values.map(([value]) => value);
  }

  private runOptions() {
    return this.options.signal ? { signal: this.options.signal } : {};
  }
}

type Say = (check: string, message: string, mend: Finding['mend'], severity?: Finding['severity']) => void;

/** What a column of a file really holds; bounds as DuckDB writes them. */
interface Measured {
  nulls: number;
  min: string | null;
  max: string | null;
}

/** Other writers cut upper bounds of times to milliseconds, and readers know it. */
const SLACK_US = 999;

/** A bound of the log against a value: below 0 when the bound is less. Bounds that say nothing are 0. */
function compare(type: string, bound: unknown, text: string, slackUs: number): number {
  if (type === 'timestamp') {
    const limit = typeof bound === 'string' ? Date.parse(bound) * 1000 : NaN;
    const value = parseTimestampUs(text);
    return Number.isNaN(limit) || value === undefined ? 0 : limit + slackUs - value;
  }
  if (type === 'string' || type === 'date') {
    return typeof bound === 'string' ? Buffer.compare(Buffer.from(bound), Buffer.from(text)) : 0;
  }
  const value = Number(text);
  return typeof bound === 'number' && !Number.isNaN(value) ? bound - value : 0;
}
