import type { RequestRecord } from '../normalise/request-record';

/** A session as far as it is known: from its first request to its last, µs since the epoch. */
interface Span {
  start: number;
  end: number;
  id: string;
}

/** What is kept between imports. Clients are keyed hashes: no address is in it. */
export interface SessionState {
  clients: Array<[client: string, spans: Array<[start: number, end: number, id: string]>]>;
  /** Rows since the last sweep, and the earliest time among them. */
  sinceSweep: number;
  earliest: number | null;
}

export interface SessionDeriverOptions {
  /** Pause after which a new session begins, µs; a pause of exactly this length does not. */
  gapUs: number;
  /** A keyed hash, so that ids and state do not give addresses away. */
  hash: (text: string) => string;
  state?: SessionState;
}

const ROWS_PER_SWEEP = 65_536;
const MOST_CLIENTS = 1_000_000;
const MOST_SPANS = 8;
const REMEMBERED_HASHES = 200_000;
const LONGEST_REMEMBERED = 1024;

/**
 * Derives sessions for requests that name neither a customer nor a session: requests from one address with one user agent
 * belong together as long as no pause is longer than the gap. Rows may be out of order: one that lies within the gap of a
 * session that is still remembered belongs to it. The same rows in the same order give the same ids with the same key.
 * A client is forgotten when its last session ended more than the gap before everything that came since the last sweep.
 */
export class SessionDeriver {
  private readonly clients = new Map<string, Span[]>();
  private hashes = new Map<string, Map<string, string>>();
  private remembered = 0;
  private sinceSweep: number;
  private earliest: number;

  constructor(private readonly options: SessionDeriverOptions) {
    const { state } = options;
    this.sinceSweep = state?.sinceSweep ?? 0;
    this.earliest = state?.earliest ?? Infinity;
    for (const [client, spans] of state?.clients ?? []) {
      this.clients.set(
        client,
        spans.map(([start, end, id]) => ({ start, end, id }))
      );
    }
  }

  /** Gives a record its session and where that came from. A record without an address gets none. */
  assign(record: RequestRecord): void {
    if (record.session !== undefined) {
      record.session_source ??= 'given';
      return;
    }
    if (record.customer !== undefined || record.client_ip === undefined) {
      return;
    }
    record.session = this.derive(record.client_ip, record.user_agent ?? '', record.time);
    record.session_source = 'derived';
  }

  /** The session of a request that names neither a customer nor a session. `time` is in microseconds since the epoch. */
  derive(address: string, userAgent: string, time: number): string {
    const session = this.sessionAt(this.clientOf(address, userAgent), time);
    this.earliest = Math.min(this.earliest, time);
    if (++this.sinceSweep >= ROWS_PER_SWEEP) {
      this.sweep();
    }
    return session;
  }

  state(): SessionState {
    return {
      clients: [...this.clients].map(([client, spans]) => [
        client,
        spans.map(({ start, end, id }) => [start, end, id]),
      ]),
      sinceSweep: this.sinceSweep,
      earliest: Number.isFinite(this.earliest) ? this.earliest : null,
    };
  }

  /** The keyed hash of an address and a user agent. Remembered by both, because joining them costs more than asking twice. */
  private clientOf(address: string, userAgent: string): string {
    if (address.length + userAgent.length > LONGEST_REMEMBERED) {
      return this.options.hash(`${address}\n${userAgent}`);
    }
    let agents = this.hashes.get(address);
    let client = agents?.get(userAgent);
    if (client === undefined) {
      if (this.remembered >= REMEMBERED_HASHES) {
        this.hashes = new Map();
        this.remembered = 0;
        agents = undefined;
      }
      if (!agents) {
        this.hashes.set(address, (agents = new Map()));
      }
      client = this.options.hash(`${address}\n${userAgent}`);
      agents.set(userAgent, client);
      this.remembered++;
    }
    return client;
  }

  private sessionAt(client: string, time: number): string {
    const spans = this.clients.get(client);
    const { gapUs } = this.options;
    if (spans) {
      for (let index = spans.length - 1; index >= 0; index--) {
        const span = spans[index]!;
        if (time >= span.start - gapUs && time <= span.end + gapUs) {
          span.start = Math.min(span.start, time);
          span.end = Math.max(span.end, time);
          return span.id;
        }
      }
    }
    const id = `d1_${this.options.hash(`${client}\n${time}`)}`;
    const span = { start: time, end: time, id };
    if (!spans) {
      this.clients.set(client, [span]);
      if (this.clients.size > MOST_CLIENTS) {
        this.clients.delete(this.clients.keys().next().value!);
      }
    } else {
      spans.push(span);
      if (spans.length > MOST_SPANS) {
        spans.shift();
      }
    }
    return id;
  }

  private sweep(): void {
    const oldest = this.earliest - this.options.gapUs;
    for (const [client, spans] of this.clients) {
      const live = spans.filter((span) => span.end >= oldest);
      if (live.length === 0) {
        this.clients.delete(client);
      } else if (live.length < spans.length) {
        this.clients.set(client, live);
      }
    }
    this.sinceSweep = 0;
    this.earliest = Infinity;
  }
}
