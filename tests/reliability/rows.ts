/** What becomes of a row that is sent, which is a service of its own: `CLIENT.visits`, `CLIENT.noise`, … */
export type Kind = 'plain' | 'visits' | 'dropped' | 'counted' | 'sampled' | 'late' | 'old';

/** How many rows of each kind a request has; those it has none of are left out. */
export type Counts = Partial<Record<Kind, number>>;

/** Kinds whose rows must be there, as many as were sent, as soon as the request is. */
export const KEPT: readonly Kind[] = ['plain', 'visits'];
/** Kinds that rules leave out. */
export const LEFT_OUT: readonly Kind[] = ['dropped', 'counted'];
/** Kinds that are rejected: `late` until its time has come, `old` for ever. */
export const REJECTED: readonly Kind[] = ['late', 'old'];

/** A row as senders have it, before it is put into the form of a protocol. */
export interface Row {
  kind: Kind;
  service: string;
  /** Milliseconds since the epoch. */
  time: number;
  path: string;
  status: number;
  duration_ms: number;
  customer?: string;
  client_ip?: string;
  user_agent?: string;
  /** `SERVICE/REQUEST/INDEX`: unlike that of any other row that is ever sent. */
  request_id: string;
}

export const serviceOf = (client: string, kind: Kind): string => (kind === 'plain' ? client : `${client}.${kind}`);

/** So many requests of a client are one visit, rows of one derived session: more than are refused while it is restarted. */
export const REQUESTS_PER_VISIT = 60;
const VISIT_MS = 60_000;
/** Longer than a visit pauses, and shorter than the time between two. */
export const SESSION_GAP = '20s';
/** So many customers of a client come again and again. */
const SAMPLED_CUSTOMERS = 40;
const DAY_MS = 86_400_000;
/** Before anything can have been requested, so that it is never taken in. */
const OLD = Date.UTC(1980, 0, 1);

/** Rules that leave rows of some kinds out. */
export const NOISE_RULES = [
  { name: 'dropped', match: { key: 'path', operator: '=~', value: '^/noise/dropped/' }, action: 'drop' },
  { name: 'counted', match: { key: 'path', operator: '=~', value: '^/noise/counted/' }, action: 'count' },
  { name: 'sampled', match: { key: 'path', operator: '=~', value: '^/sampled/' }, action: 'sample', rate: 0.5 },
];
/** Rows of the kind `sampled` that stay stand for so many. */
export const SAMPLED_WEIGHT = 2;

export interface RowsOptions {
  client: string;
  request: number;
  counts: Counts;
  /** When it is sent, and when its sender began, milliseconds since the epoch. */
  now: number;
  began: number;
  /** How much earlier than it could be taken in a late row is sent, milliseconds. */
  lateBy: number;
}

/** The rows of a request, always the same ones for the same options. */
export function rowsOf({ client, request, counts, now, began, lateBy }: RowsOptions): Row[] {
  return (Object.entries(counts) as Array<[Kind, number]>).flatMap(([kind, count]) =>
    Array.from({ length: count }, (_, index): Row => {
      const service = serviceOf(client, kind);
      const common = { kind, service, request_id: `${service}/${request}/${index}` };
      const usual = { status: index % 9 === 0 ? 500 : 200, duration_ms: index + 0.5 };
      switch (kind) {
        case 'plain':
          // Of a customer of its own, so that a funnel counts requests.
          return {
            ...{ ...common, ...usual, time: now + index, path: `/orders/${request}/items/${index}` },
            customer: `${client}-${request}`,
          };
        case 'visits': {
          const within = (request % REQUESTS_PER_VISIT) * 100 + index;
          // Not by the clock, so that it is known which rows are of one visit.
          const time = began - 6 * DAY_MS + Math.floor(request / REQUESTS_PER_VISIT) * VISIT_MS + within;
          const [a, b] = [client.length % 256, hashOf(client) % 256];
          return {
            ...{ ...common, status: 200, duration_ms: 1, time, path: `/visits/${request}/pages/${index}` },
            ...{ client_ip: `10.${a}.${b}.7`, user_agent: `visitor/1.0 (${client})` },
          };
        }
        case 'sampled':
          return {
            ...{ ...common, ...usual, time: now + index, path: `/sampled/${request}/pages/${index}` },
            customer: `${client}-s${request % SAMPLED_CUSTOMERS}`,
          };
        case 'late':
          return { ...common, ...usual, time: now + DAY_MS + lateBy + index, path: `/late/${request}/items/${index}` };
        case 'old':
          return { ...common, ...usual, time: OLD + index, path: `/old/${request}/items/${index}` };
        default:
          return { ...common, ...usual, time: now + index, path: `/noise/${kind}/${request}` };
      }
    })
  );
}

/** How many rows of a request say that they failed. */
export const failedOf = (plain: number): number => Math.ceil(plain / 9);

/** The customer, by number, of the sampled rows of a request. */
export const sampledCustomerOf = (request: number): number => request % SAMPLED_CUSTOMERS;

const hashOf = (text: string): number => [...text].reduce((hash, char) => (hash * 31 + char.charCodeAt(0)) >>> 0, 7);
