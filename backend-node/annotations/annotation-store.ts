import { createHash, randomUUID } from 'node:crypto';

import { ApitrailError, type PostedAnnotation } from '@apitrail/contract';

import type { DuckDb } from '../engine/duckdb';
import { identifier, param, sql } from '../engine/sql';
import { DeltaTable } from '../lake/delta-table';
import { groupFiles } from '../lake/rewrite';
import { unwritable } from '../lake/unwritable';
import { allRows, needed, newestRows } from './relation';
import { ANNOTATIONS_TABLE } from './table';

/** What became of a posted annotation. */
export interface PostOutcome {
  id: string;
  status: 'created' | 'replaced' | 'unchanged';
}

export interface PostOptions {
  /** Epoch milliseconds: the time of annotations that have none. */
  now: number;
  /** Posting the same key again does nothing. `from` is who posts: others may use the same key. */
  idempotency?: { key: string; from: string };
}

export interface AnnotationStoreOptions {
  engine: DuckDb;
  /** Told of what failed after a post, such as putting files together: what was posted is safe. */
  onWarning?: (error: unknown) => void;
}

/** A row of the table; times are microseconds since the epoch. */
type Row = Record<string, string | number | null>;

/** Files after which they are put together. */
const MANY_FILES = 64;

/** How long rows that do not count any more are kept: by them a request that is sent again is known. */
const RETRIED_MS = 86_400_000;

/** Columns that say what an annotation is. */
const CONTENT = ['kind', 'time', 'time_end', 'title', 'text', 'tags', 'service', 'environment', 'service_version'];

/**
 * Writes annotations to a lake. Everything of one call is on the disk when it has ended, or nothing is. Calls of one process
 * wait for each other; other processes may write at the same time.
 */
export class AnnotationStore {
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly table: DeltaTable,
    private readonly options: AnnotationStoreOptions
  ) {}

  /** Opens the table of a lake, and makes it where there is none. */
  static async open(lake: string, options: AnnotationStoreOptions): Promise<AnnotationStore> {
    const table = await DeltaTable.open(ANNOTATIONS_TABLE, lake, { ...options, create: true });
    return new AnnotationStore(table, options);
  }

  /** Adds annotations; one whose id is there already is replaced. Of an id that comes twice the last one counts. */
  post(annotations: readonly PostedAnnotation[], { now, idempotency }: PostOptions): Promise<PostOutcome[]> {
    const request = idempotency && requestOf(annotations, idempotency);
    const named = annotations.map((annotation, index) => ({
      ...annotation,
      id: annotation.id ?? (request ? hash([request.key, index]) : randomUUID()),
    }));
    return this.inTurn(async () => {
      if (request && (await this.wasDone(request))) {
        return named.map(({ id }) => ({ id, status: 'unchanged' }));
      }
      const known = await this.newest(named.map(({ id }) => id));
      const recordedAt = await this.nextRecordedAt();
      const rows = new Map<string, Row>();
      const outcomes = named.map((annotation): PostOutcome => {
        const row = rowOf(annotation, now);
        const before = rows.get(annotation.id) ?? known.get(annotation.id);
        if (before && before.deleted_at === null && isSame(before, row)) {
          return { id: annotation.id, status: 'unchanged' };
        }
        rows.set(annotation.id, recorded(row, recordedAt, request));
        return { id: annotation.id, status: before && before.deleted_at === null ? 'replaced' : 'created' };
      });
      await this.append(
        rows.size === 0 && request ? [repeated(named, { now, recordedAt, request })] : [...rows.values()]
      );
      return outcomes;
    });
  }

  /** Takes an annotation away. Says whether there was one. */
  remove(id: string): Promise<boolean> {
    return this.inTurn(async () => {
      const row = (await this.newest([id])).get(id);
      if (!row || row.deleted_at !== null) {
        return false;
      }
      const recordedAt = await this.nextRecordedAt();
      // Of what was deleted only the id and the time stay.
      await this.append([{ id, time: row.time!, recorded_at: recordedAt, deleted_at: recordedAt }]);
      return true;
    });
  }

  /** Waits until everything that was begun has ended. */
  async close(): Promise<void> {
    await this.last;
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.last.then(work);
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private async append(rows: readonly Row[]): Promise<void> {
    if (rows.length === 0) {
      return;
    }
    try {
      await this.table.append({ rows: rows.map(withoutNulls) });
    } catch (error) {
      throw unwritable(error, this.table.lake);
    }
    await this.putTogether().catch((error: unknown) => this.options.onWarning?.(error));
  }

  private async putTogether(): Promise<void> {
    const { files } = await this.table.snapshot();
    if (files.size >= MANY_FILES) {
      await this.table.rewrite(groupFiles([...files.values()]), {
        operation: 'DELETE',
        parameters: { predicate: '["replaced or deleted more than a day ago"]' },
        transform: (rows) => needed(rows, (Date.now() - RETRIED_MS) * 1000),
      });
    }
  }

  /** Later than every row that is there, also when the clock was set back. */
  private async nextRecordedAt(): Promise<number> {
    const state = await this.table.snapshot();
    const found = await this.options.engine.run(
      sql`SELECT CAST(epoch_us(max(recorded_at)) AS DOUBLE) FROM ${allRows(this.table.path, state)} AS every`
    );
    return Math.max(Date.now() * 1000, Number(found.values[0]![0] ?? 0) + 1);
  }

  private async newest(ids: readonly string[]): Promise<Map<string, Row>> {
    const state = await this.table.snapshot();
    const us = (name: string) => sql`CAST(epoch_us(${identifier(name)}) AS DOUBLE)`;
    const found = await this.options.engine.run(
      sql`SELECT id, kind, ${us('time')}, ${us('time_end')}, title, text, tags, service, environment, service_version, ${us('deleted_at')}
FROM ${newestRows(this.table.path, state)} AS newest WHERE list_contains(${param('varchar[]', ids)}, id)`
    );
    const names = ['id', ...CONTENT, 'deleted_at'];
    return new Map(
      Array.from({ length: found.rowCount }, (_, row) => {
        const values = names.map((name, index) => [name, found.values[index]![row] ?? null]);
        return [String(found.values[0]![row]), Object.fromEntries(values) as Row];
      })
    );
  }

  /** Whether a request was taken in. Throws an ApitrailError when another one came with the same key. */
  private async wasDone({ key, value }: Request): Promise<boolean> {
    const state = await this.table.snapshot();
    const found = await this.options.engine.run(
      sql`SELECT DISTINCT request FROM ${allRows(this.table.path, state)} AS every WHERE starts_with(request, ${param('varchar', key)})`
    );
    const earlier = found.values[0] ?? [];
    if (earlier.length > 0 && !earlier.includes(value)) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        'This Idempotency-Key came before with another body. Send the same body again, or a new key.',
        { where: 'Idempotency-Key' }
      );
    }
    return earlier.length > 0;
  }
}

interface Request {
  /** Hash of the key and of who posts. */
  key: string;
  /** The same, with the hash of what was posted. */
  value: string;
}

function requestOf(annotations: readonly PostedAnnotation[], { key, from }: { key: string; from: string }): Request {
  const hashed = hash([from, key]);
  return { key: hashed, value: `${hashed}:${hash(annotations)}` };
}

function hash(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 32);
}

function rowOf(annotation: PostedAnnotation & { id: string }, now: number): Row {
  const time = annotation.time ?? now;
  if (annotation.timeEnd !== undefined && annotation.timeEnd < time) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'timeEnd must not lie before time, which is now when it is left out.',
      {
        where: 'timeEnd',
      }
    );
  }
  return {
    id: annotation.id,
    kind: annotation.kind,
    time: time * 1000,
    time_end: annotation.timeEnd === undefined || annotation.timeEnd === time ? null : annotation.timeEnd * 1000,
    title: annotation.title,
    text: annotation.text || null,
    tags: annotation.tags.join(',') || null,
    service: annotation.service ?? null,
    environment: annotation.environment ?? null,
    service_version: annotation.service_version ?? null,
  };
}

function recorded(row: Row, recordedAt: number, request: Request | undefined): Row {
  return { ...row, recorded_at: recordedAt, deleted_at: null, request: request?.value ?? null };
}

/** The last annotation of a request that changed nothing, once more as it is: by its row the request is known. */
function repeated(
  annotations: ReadonlyArray<PostedAnnotation & { id: string }>,
  { now, recordedAt, request }: { now: number; recordedAt: number; request: Request }
): Row {
  return recorded(rowOf(annotations.at(-1)!, now), recordedAt, request);
}

function isSame(a: Row, b: Row): boolean {
  return CONTENT.every((name) => a[name] === b[name]);
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
