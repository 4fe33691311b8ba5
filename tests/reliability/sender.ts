import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';

import type { Journal, Outcome } from './journal';
import type { Violation } from './judge';
import { HEC_CHANNEL, rejectedIn, type Answer, type Message, type SenderProtocol } from './protocols';
import { rowsOf, type Counts, type Kind } from './rows';

export interface SenderOptions {
  journal: Journal;
  protocol: SenderProtocol;
  /** Its name: the service of its rows. */
  client: string;
  /** Address of the ingest listener, which may change when the companion is started again. */
  ingest: () => string;
  /** Sends what has no answer again, until there is one; and some of it twice. */
  again: boolean;
  /** Rows of its largest request. */
  rows: number;
  /** Kinds of rows it sends beside the plain ones. */
  kinds: readonly Kind[];
  /** How much earlier than it could be taken in a late row is sent, milliseconds. */
  lateBy: number;
  /** Milliseconds between its requests, at most. */
  pause: number;
  /** Numbers from 0 to 1, of the seed. */
  random: () => number;
  /** Acknowledgement ids that were given, of all senders. */
  acks: number[];
}

/** A request that was acknowledged, to be sent again. */
interface Acknowledged {
  request: number;
  message: Message;
}

const TIMEOUT_MS = 20_000;
/** So many of its last requests a sender can send again, and so many acknowledgement ids are asked after at once. */
const REMEMBERED = 30;
const ASKED_ACKS = 100;

/** A client that sends one request after the other, and notes of each what it was told. */
export class Sender {
  /** What it was answered that no client should ever be. */
  readonly violations: Violation[] = [];
  /** Requests it sent again after they were acknowledged, and acknowledgement ids it asked after. */
  sentAgain = 0;
  askedAcks = 0;
  private readonly acknowledged: Acknowledged[] = [];
  private readonly stopping = new AbortController();
  private readonly ended: Promise<void>;
  private readonly began = Date.now();
  private wanted = 0;

  constructor(private readonly options: SenderOptions) {
    this.ended = this.run();
  }

  /** Ends it, after the request under way. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.ended;
  }

  /** Has it send requests again that were acknowledged long ago. */
  repeat(count: number): void {
    this.wanted += count;
  }

  private async run(): Promise<void> {
    const { journal, random, pause } = this.options;
    for (let request = 0; !this.stopping.signal.aborted; request++) {
      const outcome = await this.sendNext(request);
      if (this.options.again && (this.wanted > 0 || random() < 0.05)) {
        this.wanted = Math.max(0, this.wanted - 1);
        await this.sendAgain();
      }
      if (this.options.acks.length > 0 && this.options.protocol.name === 'hec' && random() < 0.1 && !journal.dark) {
        await this.askAcks();
      }
      await wait(outcome === 'ok' ? random() * pause : 100 + random() * pause);
    }
  }

  private async sendNext(request: number): Promise<Outcome> {
    const { client, journal, lateBy, protocol } = this.options;
    const { plain = 0, ...more } = this.counts();
    const counts = { plain, ...more };
    const rows = rowsOf({ client, request, counts, now: Date.now(), began: this.began, lateBy });
    const message = protocol.messageOf(rows);
    if (this.options.again && protocol.known === 'key') {
      message.headers['idempotency-key'] = randomUUID();
    }
    journal.invoke(client, request, plain, more);
    const { outcome, ackId } = await this.send(message, rejectedIn(rows));
    journal.settle(client, request, outcome);
    if (journal.find(client, request)?.outcome === 'ok') {
      this.acknowledged.push({ request, message });
      if (ackId !== undefined) {
        this.options.acks.push(ackId);
      }
    }
    return outcome;
  }

  private counts(): Counts & { plain: number } {
    const { random, rows, kinds, again, protocol } = this.options;
    const counts: Counts & { plain: number } = { plain: 1 + Math.floor(random() * rows) };
    for (const kind of kinds) {
      const rejected = kind === 'late' || kind === 'old';
      // What is known row by row and rejected is rejected again when it is sent again.
      if (rejected && ((again && protocol.known === 'ids') || random() < 0.6)) {
        continue;
      }
      counts[kind] = 1 + Math.floor(random() * 2);
    }
    return counts;
  }

  private async send(message: Message, rejects: number): Promise<{ outcome: Outcome; ackId?: number }> {
    let answer = await this.post(message);
    // Once one has no answer, it may be there, whatever later ones are told, until one is acknowledged.
    for (let tries = 0; this.options.again && answer.outcome === 'unknown' && tries < 200; tries++) {
      await wait(100);
      const next = await this.post(message);
      answer = next.outcome === 'ok' ? next : { outcome: 'unknown' };
      if (this.stopping.signal.aborted && tries > 5) {
        break;
      }
    }
    // What is late may have come to its time meanwhile.
    const fewer = this.options.kinds.includes('late') ? 0 : rejects;
    if (answer.rejected !== undefined && (answer.rejected > rejects || answer.rejected < fewer)) {
      this.fault(`${answer.rejected} rejected, of ${rejects}`);
    }
    return answer;
  }

  /** Sends what was acknowledged again, as a client does that lost the answer: it is known, whatever happened since. */
  private async sendAgain(): Promise<void> {
    const { random, client, journal } = this.options;
    this.acknowledged.splice(0, this.acknowledged.length - REMEMBERED);
    const one = this.acknowledged[Math.floor(random() * this.acknowledged.length)];
    if (!one) {
      return;
    }
    const { outcome, known } = await this.post(one.message);
    this.sentAgain++;
    if (outcome === 'ok' && known === false && !journal.dark) {
      this.violations.push({ kind: 'forgotten', what: `${client}/${one.request} was sent again, and counts again` });
    }
  }

  /** What has an acknowledgement id is kept, whatever happened since. */
  private async askAcks(): Promise<void> {
    const acks = this.options.acks.slice(-ASKED_ACKS);
    const response = await this.fetch('/services/collector/ack', {
      headers: { 'content-type': 'application/json', ...HEC_CHANNEL },
      body: JSON.stringify({ acks }),
    });
    if (typeof response !== 'object' || response.status !== 200) {
      return;
    }
    const answer = JSON.parse(response.body.toString()) as { acks: Record<string, boolean> };
    this.askedAcks += acks.length;
    for (const id of acks.filter((each) => !answer.acks[each])) {
      this.violations.push({ kind: 'forgotten', what: `acknowledgement ${id} of Splunk’s is not known any more` });
    }
  }

  private async post(message: Message): Promise<Omit<Answer, 'outcome'> & { outcome: Outcome }> {
    const response = await this.fetch(message.path, message);
    if (typeof response === 'string') {
      return { outcome: response };
    }
    const { status, body } = response;
    let answer: Answer;
    try {
      answer = this.options.protocol.answerOf(status, body);
    } catch {
      answer = { outcome: 'fault' };
    }
    if (answer.outcome !== 'fault') {
      return { ...answer, outcome: answer.outcome };
    }
    this.fault(`${status} ${body.toString().slice(0, 300)}`);
    return { outcome: status < 500 && status >= 300 ? 'refused' : 'unknown' };
  }

  private async fetch(path: string, { headers, body }: Omit<Message, 'path'>) {
    try {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const response = await fetch(`${this.options.ingest()}${path}`, { method: 'POST', headers, body, signal });
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      return code === 'ECONNREFUSED' ? ('refused' as const) : ('unknown' as const);
    }
  }

  private fault(what: string): void {
    const { client, protocol } = this.options;
    this.violations.push({ kind: 'lake', what: `${client} (${protocol.name}) was answered ${what}` });
  }
}
