import { Agent, request } from 'node:http';

import type { SentAs } from './protocols';

/** What sending took. */
export interface Sent {
  /** From the first byte of a request to the last of its answer, milliseconds. */
  latenciesMs: number[];
  /** Requests that were told to try again, and were sent again. */
  refused: number;
}

export interface SendOptions {
  /** Address of the ingest listener. */
  url: string;
  as: Pick<SentAs, 'path' | 'type' | 'isRefused'>;
  /** Requests that are under way at once. */
  connections: number;
  /** Requests a second; as fast as they are answered without. */
  perSecond?: number;
}

/** Sends bodies, each until it is acknowledged. Throws for an answer that says it is of no use to try again. */
export async function sendAll(bodies: readonly Buffer[], options: SendOptions): Promise<Sent> {
  const agent = new Agent({ keepAlive: true, maxSockets: options.connections });
  const sent: Sent = { latenciesMs: [], refused: 0 };
  const began = performance.now();
  let next = 0;
  const worker = async () => {
    for (let index = next++; index < bodies.length; index = next++) {
      const due = options.perSecond === undefined ? 0 : began + (index * 1000) / options.perSecond;
      await pause(due - performance.now());
      await sendOne(bodies[index]!, agent, options, sent);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.connections }, worker));
  } finally {
    agent.destroy();
  }
  return sent;
}

async function sendOne(body: Buffer, agent: Agent, options: SendOptions, sent: Sent): Promise<void> {
  for (;;) {
    const began = performance.now();
    const { status, retryAfter, text } = await post(body, agent, options);
    const isRefused = status === 429 || status === 503 || options.as.isRefused?.(text);
    if (status >= 200 && status < 300 && !isRefused) {
      sent.latenciesMs.push(performance.now() - began);
      return;
    }
    if (!isRefused) {
      throw new Error(`${options.as.path} answered ${status}: ${text.slice(0, 500)}`);
    }
    sent.refused++;
    await pause(retryAfter * 1000);
  }
}

function post(
  body: Buffer,
  agent: Agent,
  { url, as }: SendOptions
): Promise<{ status: number; retryAfter: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': as.type, 'content-length': body.length };
    const sending = request(url + as.path, { method: 'POST', agent, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('error', reject);
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          retryAfter: Number(answer.headers['retry-after'] ?? 1),
          text: Buffer.concat(chunks).toString(),
        })
      );
    });
    sending.on('error', reject);
    sending.end(body);
  });
}

const pause = (ms: number): Promise<void> =>
  ms > 0 ? new Promise((resolve) => setTimeout(resolve, ms)) : Promise.resolve();
