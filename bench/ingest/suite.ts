import { readFileSync, rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';

import { SORT_COLUMNS } from '@apitrail/contract';

import { openDuckDb } from '../../backend-node/engine/duckdb';
import { Lake } from '../../backend-node/lake/lake';
import { Companion } from '../harness/companion';
import { cpuSecondsOf, peakMemoryOf } from '../harness/process-usage';
import { RawDuckDb } from '../harness/raw-duckdb';
import { PROTOCOLS, type SentAs } from './protocols';
import { requestLines } from './requests';
import { sendAll } from './sender';

/** Requests in a body. */
const PER_BODY = 1000;
const CONNECTIONS = 8;
/** Rows a second at which answers are timed. */
const PACED_ROWS = 20_000;

export interface IngestBenchOptions {
  rows: number;
  runs: number;
  /** Folder that requests are kept in, and lakes lie in while they are measured. */
  directory: string;
  /** Program of the companion. */
  companion: string;
  say: (text: string) => void;
}

/** One way to take requests in, run once. */
export interface IngestRun {
  name: string;
  aim: number | undefined;
  /** Rows in the lake, durable, per second of CPU time of the process that takes in. */
  rowsPerCpuSecond: number;
  rowsPerSecond: number;
  bytesPerRow: number;
  /** Most memory resident, bytes; undefined for the ceiling, which runs in the benchmark itself. */
  peakMemory: number | undefined;
  refused: number;
}

/** Answers at a steady rate. */
export interface PacedRun {
  rowsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  peakMemory: number;
  /** CPU time of the process that takes in, per second. */
  cpuShare: number;
}

export interface IngestBenchResult {
  at: string;
  duckdb: string;
  node: string;
  cpu: string;
  threads: number;
  rows: number;
  bytesPerLine: number;
  runs: IngestRun[];
  paced: PacedRun;
  /** Bytes per row in the lake of the same requests, as NDJSON, without trace ids. */
  bytesWithoutTraceIds: number;
}

/** Measures taking in, from the sender’s request to the commit in the lake, beside DuckDB writing the same lines to Parquet. */
export async function benchIngest(options: IngestBenchOptions): Promise<IngestBenchResult> {
  const { rows, directory, say } = options;
  const threads = availableParallelism();
  const path = await requestLines(rows, directory, true);
  const text = readFileSync(path, 'utf8');
  const lines = text.trimEnd().split('\n');
  const raw = await RawDuckDb.open(threads);
  const measured: IngestRun[] = [];
  try {
    for (let run = 0; run < options.runs; run++) {
      measured.push(await ceiling(raw, path, rows, directory));
      say(`${rows} rows as the ceiling: ${Math.round(measured.at(-1)!.rowsPerCpuSecond)} rows per CPU-second`);
      for (const as of PROTOCOLS) {
        measured.push(await intake(as, bodiesOf(lines, as), rows, threads, options));
        say(`${rows} rows as ${as.name}: ${Math.round(measured.at(-1)!.rowsPerCpuSecond)} rows per CPU-second`);
      }
    }
    const paced = await pacedRun(bodiesOf(lines, PROTOCOLS[0]!), threads, options);
    const withoutIds = readFileSync(await requestLines(rows, directory, false), 'utf8')
      .trimEnd()
      .split('\n');
    const ndjson = PROTOCOLS[0]!;
    const { bytesPerRow } = await intake(ndjson, bodiesOf(withoutIds, ndjson), rows, threads, options);
    return {
      at: new Date().toISOString(),
      duckdb: raw.version,
      node: process.version,
      cpu: cpus()[0]?.model ?? 'unknown',
      ...{ threads, rows, bytesPerLine: text.length / rows, runs: measured, paced },
      bytesWithoutTraceIds: bytesPerRow,
    };
  } finally {
    raw.close();
  }
}

function bodiesOf(lines: readonly string[], as: SentAs): Buffer[] {
  const bodies: Buffer[] = [];
  for (let at = 0; at < lines.length; at += PER_BODY) {
    bodies.push(as.body(lines.slice(at, at + PER_BODY)));
  }
  return bodies;
}

/** DuckDB alone: JSON lines to one sorted Parquet file as the lake’s are, not flushed to the disk. */
async function ceiling(raw: RawDuckDb, path: string, rows: number, directory: string): Promise<IngestRun> {
  const file = join(directory, 'ceiling.parquet');
  const order = SORT_COLUMNS.map((column) => (column === 'route' ? 'path' : column)).join(', ');
  const before = process.cpuUsage();
  const began = performance.now();
  await raw.rows(
    `COPY (SELECT * FROM read_ndjson('${path}') ORDER BY ${order}) TO '${file}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)`
  );
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  const [[bytes]] = (await raw.rows(`SELECT sum(total_compressed_size) FROM parquet_metadata('${file}')`)) as [
    [number],
  ];
  rmSync(file);
  return {
    name: 'ceiling: DuckDB read_ndjson to Parquet',
    aim: undefined,
    rowsPerCpuSecond: rows / ((user + system) / 1e6),
    rowsPerSecond: rows / seconds,
    bytesPerRow: bytes / rows,
    peakMemory: undefined,
    refused: 0,
  };
}

/** A companion over a lake of its own, for the time of some work. */
async function withCompanion<T>(
  { directory, companion: script }: IngestBenchOptions,
  threads: number,
  flushRows: number,
  work: (companion: Companion, lake: string) => Promise<T>
): Promise<T> {
  const folder = await mkdtemp(join(directory, 'ingest-'));
  try {
    const lake = join(folder, 'lake');
    const companion = await Companion.start(script, lake, threads, {
      APITRAIL_PRIVACY_KEY_FILE: join(folder, 'pseudonym.key'),
      APITRAIL_INGEST_FLUSH_ROWS: String(flushRows),
      APITRAIL_INGEST_FLUSH_AGE: '10m',
      APITRAIL_LOG_LEVEL: 'info',
    });
    try {
      return await work(companion, lake);
    } finally {
      await companion.stop();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function intake(
  as: SentAs,
  bodies: readonly Buffer[],
  rows: number,
  threads: number,
  options: IngestBenchOptions
): Promise<IngestRun> {
  return withCompanion(options, threads, rows, async (companion, lake) => {
    const pid = companion.pids.get('ingest')!;
    const warmUp = 20;
    const before = cpuSecondsOf(pid);
    const began = performance.now();
    const { refused } = await sendAll(bodies.slice(warmUp), { url: companion.ingest, as, connections: CONNECTIONS });
    // The rest ends the flush: so many rows are in the lake as were sent.
    const last = await sendAll(bodies.slice(0, warmUp), { url: companion.ingest, as, connections: CONNECTIONS });
    const bytes = await committed(lake, rows);
    return {
      name: as.name,
      aim: as.aim,
      rowsPerCpuSecond: rows / (cpuSecondsOf(pid) - before),
      rowsPerSecond: (rows * 1000) / (performance.now() - began),
      bytesPerRow: bytes / rows,
      peakMemory: peakMemoryOf(pid),
      refused: refused + last.refused,
    };
  });
}

/** Waits until so many rows are in commits of the lake; gives the bytes of its files. */
async function committed(directory: string, rows: number): Promise<number> {
  const engine = await openDuckDb({});
  try {
    const lake = await Lake.open(directory, { engine });
    for (;;) {
      const files = [...(await lake.snapshot()).files.values()];
      if (files.reduce((sum, file) => sum + (file.rows ?? 0), 0) >= rows) {
        return files.reduce((sum, { add }) => sum + add.size, 0);
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  } finally {
    await engine.close();
  }
}

function pacedRun(bodies: readonly Buffer[], threads: number, options: IngestBenchOptions): Promise<PacedRun> {
  return withCompanion(options, threads, 500_000, async (companion) => {
    const pid = companion.pids.get('ingest')!;
    const send = { url: companion.ingest, as: PROTOCOLS[0]!, connections: CONNECTIONS };
    await sendAll(bodies.slice(0, 20), send);
    const before = cpuSecondsOf(pid);
    const began = performance.now();
    const { latenciesMs } = await sendAll(bodies.slice(20), { ...send, perSecond: PACED_ROWS / PER_BODY });
    const seconds = (performance.now() - began) / 1000;
    const sorted = latenciesMs.toSorted((a, b) => a - b);
    return {
      rowsPerSecond: ((bodies.length - 20) * PER_BODY) / seconds,
      p50Ms: sorted[Math.floor(sorted.length * 0.5)]!,
      p99Ms: sorted[Math.floor(sorted.length * 0.99)]!,
      peakMemory: peakMemoryOf(pid),
      cpuShare: (cpuSecondsOf(pid) - before) / seconds,
    };
  });
}
