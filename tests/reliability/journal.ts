import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

import { KEPT, serviceOf, type Counts } from './rows';

/** What a sender knows of a request: it was acknowledged, it was refused, or nobody can say. */
export type Outcome = 'ok' | 'refused' | 'unknown';

/** A request of a sender. */
export interface Sent {
  client: string;
  /** Number among the requests of its client, from 0. */
  request: number;
  rows: number;
  /** Beside those rows: rows of other kinds. */
  more?: Counts;
  outcome: Outcome | undefined;
  /** When it was acknowledged, milliseconds of the monotonic clock. */
  acknowledgedAt?: number;
}

/**
 * What senders did, flushed to a disk that is not the one under test before they do the next thing: a request is in it
 * before it is sent, and its outcome before the next one is. Rows of a kind that must be there too are kept as requests of
 * a client of their own, as they have a service of their own.
 */
export class Journal {
  /** Set from when the power is cut on: in truth no answer would come any more, so none counts. */
  dark = false;
  private readonly file: number;
  private readonly requests = new Map<string, Map<number, Sent>>();

  constructor(readonly path: string) {
    this.file = openSync(path, 'a');
  }

  /** Reads a journal back. */
  static read(path: string): Sent[] {
    const requests = new Map<string, Sent>();
    for (const line of readFileSync(path, 'utf8').split('\n').slice(0, -1)) {
      const { client, request, rows, more, outcome } = JSON.parse(line) as Sent;
      const known = requests.get(`${client}/${request}`);
      const kinds = known?.more ?? more;
      const sent = { client, request, rows: known?.rows ?? rows, ...(kinds && { more: kinds }), outcome };
      requests.set(`${client}/${request}`, sent);
    }
    return [...requests.values()];
  }

  invoke(client: string, request: number, rows: number, more?: Counts): void {
    this.write({ client, request, rows, ...(more && { more }) });
    this.put({ client, request, rows, ...(more && { more }), outcome: undefined });
    for (const kind of KEPT) {
      const count = more?.[kind] ?? 0;
      if (kind !== 'plain' && count > 0) {
        this.put({ client: serviceOf(client, kind), request, rows: count, outcome: undefined });
      }
    }
  }

  settle(client: string, request: number, answer: Outcome): void {
    const outcome = this.dark ? 'unknown' : answer;
    this.write({ client, request, outcome });
    for (const kind of KEPT) {
      const sent = this.find(serviceOf(client, kind), request);
      if (sent) {
        sent.outcome = outcome;
        if (outcome === 'ok') {
          sent.acknowledgedAt = performance.now();
        }
      }
    }
  }

  find(client: string, request: number): Sent | undefined {
    return this.requests.get(client)?.get(request);
  }

  /** All requests, or those of the clients whose names begin so. */
  *all(prefix = ''): Generator<Sent> {
    for (const [client, requests] of this.requests) {
      if (client.startsWith(prefix)) {
        yield* requests.values();
      }
    }
  }

  count(outcome: Outcome): { requests: number; rows: number } {
    const count = { requests: 0, rows: 0 };
    for (const sent of this.all()) {
      if ((sent.outcome ?? 'unknown') === outcome) {
        // Its other kinds are requests of the same sending.
        count.requests += sent.client.includes('.') ? 0 : 1;
        count.rows += sent.rows;
      }
    }
    return count;
  }

  close(): void {
    closeSync(this.file);
  }

  private put(sent: Sent): void {
    const mine = this.requests.get(sent.client) ?? new Map<number, Sent>();
    this.requests.set(sent.client, mine.set(sent.request, sent));
  }

  private write(line: Record<string, unknown>): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fdatasyncSync(this.file);
  }
}
