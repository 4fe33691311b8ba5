import type { Engine } from '../engine/engine';
import { duckDbDialect } from '../engine/dialect';
import { identifier, param, sql } from '../engine/sql';
import type { Dataset, Snapshot } from '../lake/dataset';

/** How far before the newest row names are looked for, and in how many rows at most. */
const RECENT_MS = 86_400_000;
const ROWS = 200_000;
const NAMES = 500;

/** Names of attributes in the recent rows of a dataset, in the order of the alphabet; kept until the dataset changes. */
export class AttributeNames {
  private readonly known = new Map<string, { stamp: string; names: Promise<string[]> }>();

  constructor(private readonly engine: Engine) {}

  async of(dataset: Dataset, signal?: AbortSignal): Promise<string[]> {
    const snapshot = await dataset.snapshot();
    const stamp = [snapshot.version, snapshot.rows, snapshot.files, snapshot.newest].join(' ');
    const kept = this.known.get(dataset.name);
    if (kept?.stamp === stamp) {
      return kept.names;
    }
    const names = this.read(snapshot, signal);
    this.known.set(dataset.name, { stamp, names });
    names.catch(() => this.known.delete(dataset.name));
    return names;
  }

  private async read(snapshot: Snapshot, signal?: AbortSignal): Promise<string[]> {
    if (snapshot.files === 0) {
      return [];
    }
    const from = snapshot.newest === null ? undefined : snapshot.newest - RECENT_MS;
    const { sql: relation } = snapshot.relation(from === undefined ? {} : { from });
    const recent = from === undefined ? sql`` : sql` AND time >= ${param('timestamptz_us', Math.floor(from) * 1000)}`;
    const attributes = identifier('attributes');
    const { values } = await this.engine.run(
      sql`SELECT DISTINCT unnest(${duckDbDialect.mapKeys(attributes)}) AS name
          FROM (SELECT ${attributes} FROM ${relation} AS requests
                WHERE ${attributes} IS NOT NULL${recent} LIMIT ${param('bigint', ROWS)}) AS recent
          ORDER BY name LIMIT ${param('bigint', NAMES)}`,
      signal ? { signal } : {}
    );
    return (values[0] ?? []).map(String);
  }
}
