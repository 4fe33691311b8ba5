import type { ColumnarRows } from '../../lake/hot/columnar-rows';
import type { RequestRecord } from '../normalise';
import { appendRows, type RecordRows, type RouteRows, type RowDefaults } from '../record-lines';
import { NUMBERS, REPEATED } from '../record-lines/columns';
import type { JourneyState } from '../noise';
import { recordProtector, type PrivacyConfig, type Pseudonymiser } from '../privacy';
import {
  RouteAssigner,
  type Assignment,
  type DeclaredDocument,
  type RouteRow,
  type RouteRule,
  type RouteState,
} from '../routes';
import { SessionDeriver, type SessionState } from '../sessions';

const TIME = NUMBERS.indexOf('time');
const [CUSTOMER, SESSION, CLIENT_IP, USER_AGENT] = [
  REPEATED.indexOf('customer'),
  REPEATED.indexOf('session'),
  REPEATED.indexOf('client_ip'),
  REPEATED.indexOf('user_agent'),
];

export interface RowPreparationOptions {
  privacy: PrivacyConfig;
  pseudonymiser: Pseudonymiser | undefined;
  /** Pause after which a derived session ends, µs; undefined derives none. */
  sessionGapUs: number | undefined;
  rules: readonly RouteRule[];
  /** OpenAPI documents that were imported. */
  documents: readonly DeclaredDocument[];
  sessions: SessionState | null;
  routes: RouteState | null;
  /** Default: every row is taken in. */
  policy?: RowPolicy;
}

/** Decides which rows are taken in, when their sessions are known and before they are protected. */
export interface RowPolicy {
  /** False leaves the row out. May set `weight`, so that the rows that stay stand for those left out. */
  takesIn(record: RequestRecord): boolean;
  /**
   * Rows of another batch begin. `counted`: what is left out of it was counted before. `again`: it is taken up again after a
   * kill.
   */
  begin?(batch: { counted: boolean; again: boolean }): void;
  /** No rows can be made of the batch that began last: nothing of it was left out. */
  discard?(): void;
  /** What it has to remember to go on. */
  state?(): JourneyState | null;
}

/** What happens to normalised rows before they are written anywhere: session, protection, and in batches their routes. */
export class RowPreparation {
  private readonly deriver: SessionDeriver | undefined;
  private readonly assigner: RouteAssigner;
  private readonly protect: (record: RequestRecord) => void;

  constructor(private readonly options: RowPreparationOptions) {
    const { privacy, pseudonymiser, sessionGapUs, rules, documents, sessions, routes } = options;
    this.deriver =
      sessionGapUs === undefined
        ? undefined
        : new SessionDeriver({
            gapUs: sessionGapUs,
            hash: (text) => pseudonymiser!.keyedHash('derived session', text),
            ...(sessions ? { state: sessions } : {}),
          });
    this.assigner = RouteAssigner.create({ rules, documents, ...(routes ? { state: routes } : {}) });
    this.protect = recordProtector(privacy, pseudonymiser);
  }

  /**
   * Session, then protection, in the order in which rows come; gives what the route depends on, or undefined when the
   * policy leaves the row out. `ingestedAtUs` is the time at which it came in.
   */
  prepare(record: RequestRecord, ingestedAtUs: number): RouteRow | undefined {
    if (this.deriver) {
      this.deriver.assign(record);
    } else if (record.session !== undefined) {
      record.session_source ??= 'given';
    }
    if (this.options.policy && !this.options.policy.takesIn(record)) {
      return undefined;
    }
    record.ingested_at = ingestedAtUs;
    const row = routeRow(record);
    this.protect(record);
    return row;
  }

  /** Does for rows that were read the short way what `prepare` does about sessions, in the order in which they come. */
  deriveSessions(rows: RecordRows): void {
    if (!this.deriver) {
      return;
    }
    const { repeated, capacity, count, values, numbers } = rows;
    for (let row = 0; row < count; row++) {
      const address = repeated[CLIENT_IP * capacity + row]!;
      if (address < 0 || repeated[SESSION * capacity + row] !== -1 || repeated[CUSTOMER * capacity + row] !== -1) {
        continue;
      }
      const agent = repeated[USER_AGENT * capacity + row]!;
      const userAgent = agent < 0 ? '' : values[USER_AGENT]!.values[agent]!;
      rows.sessions ??= new Array<string | undefined>(count).fill(undefined);
      rows.sessions[row] = this.deriver.derive(
        values[CLIENT_IP]!.values[address]!,
        userAgent,
        numbers[TIME * capacity + row]!
      );
    }
  }

  /** Tells the policy that rows of another batch begin. */
  begin(batch: { counted: boolean; again: boolean }): void {
    this.options.policy?.begin?.(batch);
  }

  /** Tells the policy that no rows can be made of the batch that began last. */
  discard(): void {
    this.options.policy?.discard?.();
  }

  /** Whether a policy judges rows: then all of them must be records, and go through `prepare`. */
  get judges(): boolean {
    return this.options.policy !== undefined;
  }

  /**
   * Does for rows that were read the short way, and have a session of their own or need none, what `prepare` and `route` do
   * for records, and adds them to those on their way to a hot file. Teach the routes first.
   */
  append(
    rows: RecordRows,
    routed: RouteRows,
    to: ColumnarRows,
    options: { defaults: RowDefaults; ingestedAtUs: number }
  ): void {
    appendRows(rows, routed, to, { ...options, protect: this.protect, routes: this.assigner });
  }

  /** From now on these OpenAPI documents count, and no others. What the routes have learned stays. */
  declare(documents: readonly DeclaredDocument[]): void {
    this.assigner.declare(documents);
  }

  /** Shows a batch to the routes before any row of it gets one. */
  learn(rows: readonly RouteRow[]): void {
    this.assigner.observe(rows);
  }

  /** The same for rows that were read the short way. */
  learnRows(rows: RouteRows): void {
    this.assigner.observeCodes(rows);
  }

  route(row: RouteRow): Assignment {
    return this.assigner.assign(row);
  }

  state(): { sessions: SessionState | null; routes: RouteState; journeys?: JourneyState | null } {
    return {
      sessions: this.deriver?.state() ?? this.options.sessions,
      routes: this.assigner.state(),
      journeys: this.options.policy?.state?.() ?? null,
    };
  }
}

function routeRow({ service, method, path, status, route }: RequestRecord): RouteRow {
  return {
    service: service ?? null,
    method: method ?? null,
    path: path ?? null,
    status: status ?? null,
    route: route ?? null,
    // Here from the beginning, so that all rows are of one shape.
    code: -1,
    generation: -1,
  };
}
