import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { Journal, Outcome } from './journal';

export interface SenderOptions {
  journal: Journal;
  /** Its name: the service of its rows. */
  client: string;
  /** Address of the ingest listener, which may change when the companion is started again. */
  ingest: () => string;
  /** Sends what has no answer again, under the same `Idempotency-Key`, until there is one; and some of it twice. */
  keyed: boolean;
  /** Rows of its largest request. */
  rows: number;
  /** Milliseconds between its requests, at most. */
  pause: number;
  /** Numbers from 0 to 1, of the seed. */
  random: () => number;
}

const TIMEOUT_MS = 20_000;

/** A client that sends one request after the other, and notes of each what it was told. */
export class Sender {
  /** What it was answered that no client should ever be. */
  readonly faults: string[] = [];
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;

  constructor(private readonly options: SenderOptions) {
    this.ended = this.run();
  }

  /** Ends it, after the request under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  private async run(): Promise<void> {
    const { client, journal, random, rows, pause } = this.options;
    for (let request = 0; !this.stopping.signal.aborted; request++) {
      const count = 1 + Math.floor(random() * rows);
      journal.invoke(client, request, count);
      const outcome = await this.send(request, count);
      journal.settle(client, request, outcome);
      await wait(outcome === 'ok' ? random() * pause : 100 + random() * pause);
    }
  }

  private async send(request: number, count: number): Promise<Outcome> {
    const key = this.options.keyed ? randomUUID() : undefined;
    const body = this.body(request, count);
    let outcome = await this.post(body, key);
    // Once one has no answer, it may be there, whatever later ones are told, until one is acknowledged.
    for (let tries = 0; key && outcome === 'unknown' && tries < 200; tries++) {
      await wait(100);
      outcome = (await this.post(body, key)) === 'ok' ? 'ok' : 'unknown';
      if (this.stopping.signal.aborted && tries > 5) {
        break;
      }
    }
    if (key && outcome === 'ok' && this.options.random() < 0.05) {
      await this.post(body, key);
    }
    return outcome;
  }

  private async post(body: string, key: string | undefined): Promise<Outcome> {
    try {
      const response = await fetch(`${this.options.ingest()}/ingest/ndjson`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-ndjson', ...(key ? { 'idempotency-key': key } : {}) },
        body,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      const text = await response.text();
      if (response.status === 200) {
        if ((JSON.parse(text) as { rejected: number }).rejected > 0) {
          this.faults.push(text);
        }
        return 'ok';
      }
      if (response.status !== 429 && response.status !== 503) {
        this.faults.push(`${response.status} ${text}`);
      }
      return response.status < 500 || response.status === 503 ? 'refused' : 'unknown';
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      return code === 'ECONNREFUSED' ? 'refused' : 'unknown';
    }
  }

  private body(request: number, count: number): string {
    const { client } = this.options;
    const now = Date.now();
    return Array.from({ length: count }, (_, index) => {
      const row = {
        time: new Date(now + index).toISOString(),
        service: client,
        method: 'GET',
        path: `/orders/${request}/items/${index}`,
        status: index % 9 === 0 ? 500 : 200,
        duration_ms: index + 0.5,
        customer: `customer-${request % 50}`,
        request_id: `${client}/${request}/${index}`,
      };
      return `${JSON.stringify(row)}\n`;
    }).join('');
  }
}
