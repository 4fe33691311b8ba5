import type { RequestRecord } from '../normalise';
import { recordProtector, type PrivacyConfig, type Pseudonymiser } from '../privacy';
import { RouteAssigner, type RouteRow, type RouteRule, type RouteState } from '../routes';
import { SessionDeriver, type SessionState } from '../sessions';

export interface RowPreparationOptions {
  privacy: PrivacyConfig;
  pseudonymiser: Pseudonymiser | undefined;
  /** Pause after which a derived session ends, µs; undefined derives none. */
  sessionGapUs: number | undefined;
  rules: readonly RouteRule[];
  sessions: SessionState | null;
  routes: RouteState | null;
}

/** What happens to normalised rows before they are written: session, route, protection, in this order. */
export class RowPreparation {
  private readonly deriver: SessionDeriver | undefined;
  private readonly assigner: RouteAssigner;
  private readonly protect: (record: RequestRecord) => void;

  constructor(private readonly options: RowPreparationOptions) {
    const { privacy, pseudonymiser, sessionGapUs, rules, sessions, routes } = options;
    this.deriver =
      sessionGapUs === undefined
        ? undefined
        : new SessionDeriver({
            gapUs: sessionGapUs,
            hash: (text) => pseudonymiser!.keyedHash('derived session', text),
            ...(sessions ? { state: sessions } : {}),
          });
    this.assigner = RouteAssigner.create({ rules, ...(routes ? { state: routes } : {}) });
    this.protect = recordProtector(privacy, pseudonymiser);
  }

  /** In the order in which rows come. */
  session(record: RequestRecord): void {
    if (this.deriver) {
      this.deriver.assign(record);
    } else if (record.session !== undefined) {
      record.session_source ??= 'given';
    }
  }

  /** Shows a batch to the routes before any row of it gets one. */
  learn(rows: readonly RequestRecord[]): void {
    this.assigner.observe(routeRows(rows));
  }

  /** Last step: route, protection, time of ingest (µs). */
  finish(record: RequestRecord, ingestedAtUs: number): void {
    const { route, route_source } = this.assigner.assign(routeRow(record));
    record.route = route ?? undefined;
    record.route_source = route_source ?? undefined;
    record.ingested_at = ingestedAtUs;
    this.protect(record);
  }

  state(): { sessions: SessionState | null; routes: RouteState } {
    return { sessions: this.deriver?.state() ?? this.options.sessions, routes: this.assigner.state() };
  }
}

function* routeRows(rows: readonly RequestRecord[]): Generator<RouteRow> {
  for (const row of rows) {
    yield routeRow(row);
  }
}

function routeRow({ service, method, path, status, route }: RequestRecord): RouteRow {
  return {
    service: service ?? null,
    method: method ?? null,
    path: path ?? null,
    status: status ?? null,
    route: route ?? null,
  };
}
