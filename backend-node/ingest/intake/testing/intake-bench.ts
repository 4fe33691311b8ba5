import { randomUUID } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import pino from 'pino';

import { loadSettings, type Settings } from '../../../config/settings';
import { openDuckDb, type DuckDb } from '../../../engine/duckdb';
import { raw, sql } from '../../../engine/sql';
import { Lake } from '../../../lake/lake';
import { LakeDataset } from '../../../lake/lake-dataset';
import { stateDirectory, walDirectory } from '../../../lake/layout';
import { select } from '../../../lake/testing/temporary-lake';
import { RequestRecord } from '../../normalise';
import type { Batch } from '../batch';
import type { Decoded, Decoder } from '../decoder';
import { openIntake, type OpenIntake, type OpenIntakeOptions } from '../open-intake';

export interface TestRow {
  id: string;
  path?: string;
  customer?: string;
  client_ip?: string;
  time?: number;
}

/** Time of rows that name none, microseconds. */
export const TIME = Date.parse('2026-11-20T12:00:00Z') * 1000;

/** Lines of JSON: `id` becomes the request id and, with the parameter `ids`, the record’s own. `!` begins a reject. */
export const testDecoder: Decoder = {
  name: 'test-lines',
  decode(body, { params }) {
    const decoded: Decoded & { ids: string[] } = { records: [], rejects: [], ids: [] };
    const lines = body.toString().split('\n').filter(Boolean);
    lines.forEach((text, index) => {
      if (text.startsWith('!')) {
        decoded.rejects.push({ index, reason: `line ${index + 1} is none`, text });
        return;
      }
      const row = JSON.parse(text) as TestRow;
      const record = Object.assign(new RequestRecord(), { time: TIME, method: 'GET', status: 200, path: '/a' });
      record.request_id = row.id;
      record.path = row.path ?? '/a';
      record.customer = row.customer;
      record.client_ip = row.client_ip;
      record.time = row.time ?? TIME;
      decoded.records.push(record);
      decoded.ids.push(row.id);
    });
    const { ids, ...rest } = decoded;
    return params.ids === undefined ? rest : { ...rest, ids };
  },
};

/** What a test sends. */
export interface TestBatch {
  rows: readonly TestRow[];
  rejects?: readonly string[];
  key?: string;
  from?: string;
  ids?: boolean;
  receivedAt?: number;
}

export function batchOf({ rows, rejects = [], key, from = 'sender', ids, receivedAt }: TestBatch): Batch {
  const lines = [...rows.map((row) => JSON.stringify(row)), ...rejects.map((text) => `!${text}`)];
  return {
    decoder: testDecoder.name,
    params: ids ? { ids: 'yes' } : {},
    body: Buffer.from(lines.join('\n')),
    receivedAt: receivedAt ?? Date.now() * 1000,
    from,
    ...(key === undefined ? {} : { idempotencyKey: key }),
  };
}

/** Sends a batch as a protocol would. */
export function send(intake: Pick<OpenIntake, 'submit'>, given: TestBatch): ReturnType<OpenIntake['submit']> {
  const batch = batchOf(given);
  return intake.submit(batch, testDecoder.decode(batch.body, batch));
}

/** Rows of different ids. */
export function testRows(count: number, prefix = randomUUID()): TestRow[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${prefix}-${index}` }));
}

/** A lake in a folder of its own, and what queries of it see. */
export class IntakeBench {
  private constructor(
    readonly folder: string,
    readonly settings: Settings,
    private readonly engine: DuckDb
  ) {}

  static async open(ingest: Partial<Settings['ingest']> = {}): Promise<IntakeBench> {
    return IntakeBench.at(await mkdtemp(join(tmpdir(), 'apitrail-')), ingest);
  }

  /** The lake in the folder `lake` of a folder. */
  static async at(folder: string, ingest: Partial<Settings['ingest']> = {}): Promise<IntakeBench> {
    const flags = { lake: 'lake', privacy: { key_file: join(folder, 'pseudonym.key') } };
    const settings = await loadSettings({ flags, environment: {}, workingFolder: folder });
    const room = { disk_reserve: 0, ...ingest };
    return new IntakeBench(
      folder,
      { ...settings, ingest: { ...settings.ingest, ...room } },
      await openDuckDb({ threads: 1 })
    );
  }

  /** What a process that is killed now leaves behind: a lake as this one is on the disk, with nobody at work in it. */
  async killed(): Promise<IntakeBench> {
    const folder = await mkdtemp(join(tmpdir(), 'apitrail-'));
    const lake = join(folder, 'lake');
    await cp(this.lake, lake, { recursive: true });
    await rm(join(stateDirectory(lake), 'ingest.lock'), { force: true });
    await rm(join(walDirectory(lake), 'wal.lock'), { force: true });
    return new IntakeBench(folder, { ...this.settings, lake }, await openDuckDb({ threads: 1 }));
  }

  get lake(): string {
    return this.settings.lake;
  }

  intake(options: Partial<OpenIntakeOptions> = {}): Promise<OpenIntake> {
    return openIntake({
      settings: this.settings,
      log: pino({ level: 'silent' }),
      decoderNamed: (name) => (name === testDecoder.name ? testDecoder : undefined),
      onFatal: (error) => {
        throw error;
      },
      ...options,
    });
  }

  /** Ids of the rows that queries see, hot ones included, in order. */
  async ids(): Promise<string[]> {
    const rows = await this.select('request_id AS id', 'ORDER BY 1');
    return rows.map(({ id }) => id as string);
  }

  async select(columns: string, tail = ''): Promise<Array<Record<string, unknown>>> {
    const lake = await Lake.open(this.lake, { engine: this.engine });
    return select(this.engine, new LakeDataset(lake), columns, tail);
  }

  /** Ids of the rows that are in a commit. */
  async committedIds(): Promise<string[]> {
    const lake = await Lake.open(this.lake, { engine: this.engine });
    const files = [...(await lake.snapshot()).files.values()].map(({ add }) => join(lake.table, add.path));
    if (files.length === 0) {
      return [];
    }
    const list = files.map((file) => `'${file}'`).join(',');
    const found = await this.engine.run(
      sql`SELECT request_id FROM read_parquet([${raw(list)}], hive_partitioning = false) ORDER BY 1`
    );
    return found.values[0] as string[];
  }

  async close(): Promise<void> {
    await this.engine.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds; a test that waits in vain ends by the limit of the runner. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
