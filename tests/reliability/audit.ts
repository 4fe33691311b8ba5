import { ApitrailError } from '@apitrail/contract';

import { openDuckDb, type DuckDb } from '../../backend-node/engine/duckdb';
import { sql } from '../../backend-node/engine/sql';
import { LEFT_OUT_TABLE } from '../../backend-node/ingest/noise/left-out-table';
import { storageKey } from '../../backend-node/ingest/privacy/storage-key';
import { lettersOf } from '../../backend-node/ingest/rejects/letters';
import { DeltaTable } from '../../backend-node/lake/delta-table';
import { Lake } from '../../backend-node/lake/lake';
import { LakeDataset } from '../../backend-node/lake/lake-dataset';
import { dataFilePath } from '../../backend-node/lake/layout';
import { parquetRelation } from '../../backend-node/lake/parquet-relation';
import type { Journal, Sent } from './journal';
import { judge, type Found, type Verdict, type Violation } from './judge';
import {
  LEFT_OUT,
  REJECTED,
  REQUESTS_PER_VISIT,
  sampledCustomerOf,
  SAMPLED_WEIGHT,
  serviceOf,
  type Kind,
} from './rows';

/** What was looked at, so that a figure of nothing is seen as such. */
export interface AuditFigures {
  /** Dead letters that lie there, and late rows that went in since. */
  letters: number;
  replayed: number;
  /** Requests that rules left out, by rule. */
  leftOut: Record<string, number>;
  /** Visits whose rows have one derived session. */
  visits: number;
  /** Customers of whom all rows stayed, and of whom all were left out. */
  customersKept: number;
  customersLeftOut: number;
}

/** A row of a kind that is not judged by request. */
interface Rows {
  service: string;
  request: number;
  rows: number;
  different: number;
  sessions: number;
  session: string | undefined;
  derived: number;
  weight: number;
}

/**
 * Reads the files of a lake as the query process does, and compares all that senders were told with what is there: rows,
 * dead letters, sessions, and what rules left out.
 */
export class Audit {
  private constructor(private readonly engine: DuckDb) {}

  static async open(): Promise<Audit> {
    return new Audit(await openDuckDb({ threads: 2 }));
  }

  /** Rows of requests that must be there when the request is. */
  async requests(directory: string): Promise<Found[]> {
    return foundOf(await this.rows(directory));
  }

  /**
   * Of a lake at rest. `flushed`: all that was taken in is in a commit, so that what was left out is exact. `replayed`: late
   * rows may have gone in since they were rejected.
   */
  async look(
    lake: { directory: string; keyFile: string },
    journal: Journal,
    { flushed, replayed = false }: { flushed: boolean; replayed?: boolean }
  ): Promise<{ verdict: Verdict; violations: Violation[]; figures: AuditFigures }> {
    const rows = await this.rows(lake.directory);
    const found = foundOf(rows);
    const verdict = judge(journal, found);
    const there = new Set(found.map(({ client, request }) => `${client}/${request}`));
    const kept = [...journal.all()].filter(
      ({ client, request }) => !client.includes('.') && there.has(`${client}/${request}`)
    );
    const figures: AuditFigures = {
      ...{ letters: 0, replayed: 0, leftOut: {}, visits: 0, customersKept: 0, customersLeftOut: 0 },
    };
    const violations = [
      ...verdict.violations,
      ...(await this.rejects(lake, kept, rows, replayed, figures)),
      ...visits(rows, figures),
      ...(await this.leftOut(lake.directory, kept, rows, flushed, figures)),
    ];
    return { verdict, violations, figures };
  }

  close(): Promise<void> {
    return this.engine.close();
  }

  private async rows(directory: string): Promise<Rows[]> {
    const lake = await Lake.open(directory, { engine: this.engine });
    const { sql: relation } = (await new LakeDataset(lake).snapshot()).relation({});
    const { values } = await this.engine.run(
      sql`SELECT service, split_part(request_id, '/', 2)::INTEGER, count(*), count(DISTINCT request_id),
            count(DISTINCT session), any_value(session), count(*) FILTER (session_source = 'derived' AND session IS NOT NULL),
            sum(coalesce(weight, 1))
          FROM ${relation} GROUP BY ALL`
    );
    const [services = [], ...numbers] = values;
    return services.map((service, index) => {
      const [request, count, different, sessions, session, derived, weight] = numbers.map((column) => column[index]);
      return {
        ...{ service: String(service), request: Number(request), rows: Number(count), different: Number(different) },
        ...{ sessions: Number(sessions), derived: Number(derived), weight: Number(weight) },
        session: session === null || session === undefined ? undefined : String(session),
      };
    });
  }

  /** What was rejected is a dead letter, or a row that was tried again, once. */
  private async rejects(
    { directory, keyFile }: { directory: string; keyFile: string },
    kept: readonly Sent[],
    rows: readonly Rows[],
    replayed: boolean,
    figures: AuditFigures
  ): Promise<Violation[]> {
    const violations: Violation[] = [];
    const sent = new Map<string, number>();
    for (const { client, request, more = {} } of kept) {
      for (const kind of REJECTED) {
        if (more[kind]) {
          sent.set(`${serviceOf(client, kind)}/${request}`, more[kind]);
        }
      }
    }
    if (sent.size === 0) {
      return violations;
    }
    const key = await storageKey({ key_file: keyFile }, 'rejects', { lake: directory });
    const seen = new Map<string, number>();
    for await (const { text = '', body } of lettersOf(directory, key, {}, (error) => {
      violations.push({ kind: 'reject', what: error.message });
    })) {
      figures.letters++;
      const id = /[\w-]+\.(?:late|old)\/\d+\/\d+/.exec(text)?.[0];
      if (id === undefined) {
        violations.push({ kind: 'reject', what: `a letter that nobody sent: ${(text || String(body)).slice(0, 200)}` });
      } else {
        seen.set(id, (seen.get(id) ?? 0) + 1);
      }
    }
    const later = new Map(rows.filter(isOf('late')).map((each) => [`${each.service}/${each.request}`, each]));
    for (const [name, count] of sent) {
      const letters = Array.from({ length: count }, (_, index) => seen.get(`${name}/${index}`) ?? 0);
      letters.forEach((_, index) => seen.delete(`${name}/${index}`));
      const row = later.get(name);
      later.delete(name);
      figures.replayed += row?.rows ?? 0;
      if (letters.some((times) => times > 1) || (row && row.rows !== row.different)) {
        violations.push({
          kind: 'twice',
          what: `rejects of ${name}: ${letters.join()} letters, ${row?.rows ?? 0} rows`,
        });
      }
      const letterCount = letters.filter((times) => times > 0).length;
      // While it is tried again, an item may be a row and a letter still.
      const most = letterCount + (row?.different ?? 0);
      if (most < count || (most > count && !replayed)) {
        violations.push({
          kind: 'reject',
          what: `${name}: ${letterCount} letters and ${row?.rows ?? 0} rows of ${count} rejects`,
        });
      }
    }
    for (const name of [...seen.keys(), ...later.keys()]) {
      violations.push({ kind: 'reject', what: `${name} is there, and of no request that is` });
    }
    return violations;
  }

  /** What rules left out is counted once, and of sampled customers all rows stay or none. */
  private async leftOut(
    directory: string,
    kept: readonly Sent[],
    rows: readonly Rows[],
    flushed: boolean,
    figures: AuditFigures
  ): Promise<Violation[]> {
    const violations: Violation[] = [];
    for (const { service, request } of rows.filter(({ service }) => LEFT_OUT.some((kind) => isOf(kind)({ service })))) {
      violations.push({ kind: 'left out', what: `${service}/${request} is there, though a rule leaves it out` });
    }
    const sent = new Map<string, number>();
    const add = (name: string, count = 0) => count > 0 && sent.set(name, (sent.get(name) ?? 0) + count);
    const customers = new Map<string, { sent: number; there: number }>();
    const stayed = new Map(rows.filter(isOf('sampled')).map((each) => [`${each.service}/${each.request}`, each]));
    for (const { client, request, more = {} } of kept) {
      LEFT_OUT.forEach((kind) => add(`${kind} ${serviceOf(client, kind)}`, more[kind]));
      if (more.sampled) {
        const row = stayed.get(`${client}.sampled/${request}`);
        const name = `${client}, customer ${sampledCustomerOf(request)}`;
        const customer = customers.get(name) ?? { sent: 0, there: 0 };
        customer.sent += more.sampled;
        customer.there += row?.rows ?? 0;
        customers.set(name, customer);
        add(`sampled ${client}.sampled`, more.sampled - (row?.rows ?? 0));
        if (row && (row.rows !== row.different || row.weight !== row.rows * SAMPLED_WEIGHT)) {
          violations.push({
            kind: row.rows === row.different ? 'left out' : 'twice',
            what: `${client}.sampled/${request}: ${row.rows} rows, ${row.different} different, weight ${row.weight}`,
          });
        }
      }
    }
    for (const [name, { sent: all, there }] of customers) {
      figures[there > 0 ? 'customersKept' : 'customersLeftOut']++;
      if (there !== 0 && there !== all) {
        violations.push({ kind: 'left out', what: `${name} is sampled in part: ${there} of ${all} rows` });
      }
    }
    if (!flushed) {
      return violations;
    }
    const counted = await this.countedLeftOut(directory);
    for (const name of new Set([...sent.keys(), ...counted.keys()])) {
      const [rule = '', service = ''] = name.split(' ');
      const [requests, wanted] = [counted.get(name) ?? 0, sent.get(name) ?? 0];
      figures.leftOut[rule] = (figures.leftOut[rule] ?? 0) + requests;
      if (requests !== wanted) {
        violations.push({ kind: 'left out', what: `${service}: ${requests} counted by ${rule}, of ${wanted}` });
      }
    }
    return violations;
  }

  /** Requests that were left out, by rule and service. */
  private async countedLeftOut(directory: string): Promise<Map<string, number>> {
    const table = await DeltaTable.open(LEFT_OUT_TABLE, directory, { engine: this.engine }).catch((error: unknown) => {
      if (error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
        return undefined;
      }
      throw error;
    });
    const files = [...((await table?.snapshot())?.files.values() ?? [])];
    if (!table || files.length === 0) {
      return new Map();
    }
    const paths = files.map(({ add }) => dataFilePath(table.path, add.path));
    const relation = parquetRelation(paths, undefined, LEFT_OUT_TABLE);
    const { values } = await this.engine.run(
      sql`SELECT rule || ' ' || service, sum(requests) FROM ${relation} GROUP BY ALL`
    );
    const [names = [], sums = []] = values;
    return new Map(names.map((name, index) => [String(name), Number(sums[index])]));
  }
}

const isOf =
  (kind: Kind) =>
  ({ service }: { service: string }): boolean =>
    service.endsWith(`.${kind}`);

function foundOf(rows: readonly Rows[]): Found[] {
  return rows
    .filter((each) => !each.service.includes('.') || isOf('visits')(each))
    .map(({ service, request, rows: count, different }) => ({ client: service, request, rows: count, different }));
}

/** All rows of a visit have one session, which no other visit has. */
function visits(rows: readonly Rows[], figures: AuditFigures): Violation[] {
  const violations: Violation[] = [];
  const sessions = new Map<string, Set<string | undefined>>();
  const owners = new Map<string, string>();
  for (const { service, request, rows: count, session, sessions: number, derived } of rows.filter(isOf('visits'))) {
    const name = `${service}, visit ${Math.floor(request / REQUESTS_PER_VISIT)}`;
    sessions.set(name, (sessions.get(name) ?? new Set()).add(session));
    if (number !== 1 || derived !== count) {
      violations.push({
        kind: 'session',
        what: `${service}/${request}: ${number} sessions, ${derived} rows of ${count} derived`,
      });
    }
    const owner = session === undefined ? name : (owners.get(session) ?? name);
    owners.set(session ?? name, owner);
    if (owner !== name) {
      violations.push({ kind: 'session', what: `${name} has the session of ${owner}` });
    }
  }
  for (const [name, ids] of sessions) {
    figures.visits++;
    if (ids.size > 1) {
      violations.push({ kind: 'session', what: `${name} has ${ids.size} sessions` });
    }
  }
  return violations;
}
