import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';

/** What a sender knows of a request: it was acknowledged, it was refused, or nobody can say. */
export type Outcome = 'ok' | 'refused' | 'unknown';

/** A request of a sender. */
export interface Sent {
  client: string;
  /** Number among the requests of its client, from 0. */
  request: number;
  rows: number;
  /** Undefined while nothing came back. */
  outcome: Outcome | undefined;
  /** When it was acknowledged, milliseconds of the monotonic clock. */
  acknowledgedAt?: number;
}

/**
 * What senders did, flushed to a disk that is not the one under test before they do the next thing: a request is in it
 * before it is sent, and its outcome before the next one is.
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
      const { client, request, rows, outcome } = JSON.parse(line) as Sent;
      const known = requests.get(`${client}/${request}`);
      requests.set(`${client}/${request}`, { client, request, rows: known?.rows ?? rows, outcome });
    }
    return [...requests.values()];
  }

  invoke(client: string, request: number, rows: number): void {
    this.write({ client, request, rows });
    const mine = this.requests.get(client) ?? new Map<number, Sent>();
    this.requests.set(client, mine.set(request, { client, request, rows, outcome: undefined }));
  }

  settle(client: string, request: number, answer: Outcome): void {
    const outcome = this.dark ? 'unknown' : answer;
    this.write({ client, request, outcome });
    const sent = this.find(client, request)!;
    sent.outcome = outcome;
    if (outcome === 'ok') {
      sent.acknowledgedAt = performance.now();
    }
  }

  find(client: string, request: number): Sent | undefined {
    return this.requests.get(client)?.get(request);
  }

  *all(): Generator<Sent> {
    for (const requests of this.requests.values()) {
      yield* requests.values();
    }
  }

  count(outcome: Outcome): { requests: number; rows: number } {
    const of = [...this.all()].filter((sent) => (sent.outcome ?? 'unknown') === outcome);
    return { requests: of.length, rows: of.reduce((sum, { rows }) => sum + rows, 0) };
  }

  close(): void {
    closeSync(this.file);
  }

  private write(line: Record<string, unknown>): void {
    writeSync(this.file, `${JSON.stringify(line)}\n`);
    fdatasyncSync(this.file);
  }
}
