import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { ApitrailError } from '@apitrail/contract';

import { AnnotationStore } from '../annotations/annotation-store';
import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { hasCode, replaceFile } from '../lake/durable';
import { Lake } from '../lake/lake';
import { openWorkDirectory } from '../lake/work-directory';
import { demoDays, generateDay, planDemo, type DemoPlan } from './generate';
import { annotationsOf, incidentsOf } from './incidents';
import type { DemoRow } from './row';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

export interface DemoRequest {
  lake: string;
  seed: number;
  days: number;
  rows: number;
  /** Exclusive end, epoch milliseconds. Absent: that of the demo already in the lake, else the last full hour. */
  end?: number;
  onProgress?: (progress: { day: number; days: number; rows: number }) => void;
  signal?: AbortSignal;
}

export interface DemoResult {
  /** Rows added by this run; 0 when the demo was there already. */
  rows: number;
  first: string;
  last: string;
  incidents: string;
}

/** What `incidents.json` holds: what was asked for, and what was planted. Times are ISO 8601. */
interface IncidentsFile {
  seed: number;
  days: number;
  rows: number;
  from: string;
  to: string;
  incidents: unknown[];
}

/**
 * Generates a shop’s traffic into a lake, day by day, and writes what was planted to `DIR/incidents.json`. Every day is
 * one commit that says how far the demo is, so that a run that was stopped goes on where it ended and a second run adds
 * nothing.
 */
export async function makeDemo(request: DemoRequest): Promise<DemoResult> {
  const incidentsPath = join(request.lake, 'incidents.json');
  const plan = planFor(request, await readIncidents(incidentsPath));
  const appId = `demo:${plan.seed}:${plan.from}:${plan.to}:${plan.rows}`;
  const days = demoDays(plan);
  const work = await openWorkDirectory(request.lake);
  try {
    const engine = await openDuckDb({ tempDirectory: work.path });
    try {
      const lake = await Lake.open(request.lake, { engine, create: true });
      await replaceFile(incidentsPath, describe(plan));
      await annotate(request.lake, engine, plan);
      let rows = 0;
      for (let day = (await lake.transactionVersion(appId)) ?? 0; day < days.length; day++) {
        request.signal?.throwIfAborted();
        const staged = join(work.path, `day-${day}.ndjson`);
        await pipeline(Readable.from(lines(generateDay(plan, days[day]!))), createWriteStream(staged, { mode: 0o600 }));
        const appended = await lake.append({ ndjson: [staged] }, { txn: { appId, version: day + 1 } });
        rows += appended.rows;
        request.onProgress?.({ day: day + 1, days: days.length, rows });
      }
      return {
        rows,
        first: new Date(plan.from).toISOString(),
        last: new Date(plan.to).toISOString(),
        incidents: incidentsPath,
      };
    } finally {
      await engine.close();
    }
  } finally {
    await work.close();
  }
}

/** The annotations have ids of their own, so that a second run adds none. */
async function annotate(lake: string, engine: DuckDb, { incidents, to }: DemoPlan): Promise<void> {
  const annotations = await AnnotationStore.open(lake, { engine });
  await annotations.post(annotationsOf(incidents), { now: to });
  await annotations.close();
}

function planFor(request: DemoRequest, before: IncidentsFile | undefined): DemoPlan {
  const { seed, days, rows } = request;
  const same = before && before.seed === seed && before.days === days && before.rows === rows;
  if (before && !same) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `The lake has a demo already, made with --seed ${before.seed} --days ${before.days} --rows ${before.rows}. Use the same, or another --lake.`,
      { where: request.lake }
    );
  }
  const end = request.end ?? (before ? Date.parse(before.to) : Math.floor(Date.now() / HOUR) * HOUR);
  if (before && end !== Date.parse(before.to)) {
    throw new ApitrailError(
      'APITRAIL_USAGE',
      `The lake has a demo already that ends at ${before.to}. Leave --end out, or use another --lake.`,
      {
        where: '--end',
      }
    );
  }
  return planDemo({ seed, rows, from: end - days * DAY, to: end });
}

async function readIncidents(path: string): Promise<IncidentsFile | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as IncidentsFile;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) {
      return undefined;
    }
    throw new ApitrailError(
      'APITRAIL_BAD_FILE',
      `${path} cannot be read: ${String(error)}. Remove it, or use another --lake.`,
      {
        where: path,
      }
    );
  }
}

function describe(plan: DemoPlan): string {
  const file: IncidentsFile = {
    seed: plan.seed,
    days: Math.round((plan.to - plan.from) / DAY),
    rows: plan.rows,
    from: new Date(plan.from).toISOString(),
    to: new Date(plan.to).toISOString(),
    incidents: incidentsOf(plan.incidents).map((incident) => ({
      ...incident,
      from: new Date(incident.from).toISOString(),
      to: new Date(incident.to).toISOString(),
    })),
  };
  return `${JSON.stringify(file, null, 2)}\n`;
}

/** JSON lines, many to a chunk. */
function* lines(rows: Iterable<DemoRow>): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += `${JSON.stringify(row)}\n`;
    if (chunk.length > 262_144) {
      yield chunk;
      chunk = '';
    }
  }
  yield chunk;
}
