import { PassThrough, type Readable } from 'node:stream';

import { ApitrailError, type LiveMessage } from '@apitrail/contract';

import type { HotFeed } from '../../lake/hot/hot-feed';
import type { LiveReader } from '../../queries/live';
import { Admission } from '../admission';
import { toApitrailError } from '../errors';
import type { LiveFormat } from './live-format';
import { runLiveStream } from './live-stream';

/** Bytes that wait for a client before it is waited for. */
const BUFFERED_BYTES = 1 << 20;
const HEARTBEAT_MS = 10_000;
/** How long a client may take nothing before it is given up. */
const PATIENCE_MS = 15_000;
/** How long after the last message what the client has not taken is kept. */
const LINGER_MS = 5_000;

export interface LiveStreamsOptions {
  feed: HotFeed;
  /** How many may be open at once. */
  most: number;
  heartbeatMs?: number;
  patienceMs?: number;
  lingerMs?: number;
  /** Told of faults that are ours, for the log. */
  onFault: (error: unknown) => void;
}

/** The live streams that are open. */
export class LiveStreams {
  private readonly open = new Set<AbortController>();
  private readonly turns: Admission;
  /** Streams that were opened since the start. */
  opened = 0;

  constructor(private readonly options: LiveStreamsOptions) {
    this.turns = new Admission({ concurrency: 1, queueLength: options.most, setting: 'limits.live_streams' });
  }

  /** How many are open. */
  get count(): number {
    return this.open.size;
  }

  /**
   * Opens a stream of the messages of a query, as the format writes them. It ends when the client goes away (`gone`), when it
   * takes nothing for too long, or with `endAll`. Throws APITRAIL_BUSY when there are too many, and what `reader` throws.
   */
  async start(
    caller: string,
    gone: AbortSignal,
    format: LiveFormat,
    reader: (signal: AbortSignal) => Promise<LiveReader>
  ): Promise<Readable> {
    const { most } = this.options;
    if (this.open.size >= most) {
      throw new ApitrailError(
        'APITRAIL_BUSY',
        `${most} live streams are open already. Close one, or raise limits.live_streams.`
      );
    }
    const controller = new AbortController();
    const onGone = () => controller.abort(gone.reason);
    gone.addEventListener('abort', onGone, { once: true });
    if (gone.aborted) {
      onGone();
    }
    this.open.add(controller);
    const close = () => {
      gone.removeEventListener('abort', onGone);
      this.open.delete(controller);
    };
    try {
      const ready = await reader(controller.signal);
      this.opened += 1;
      const output = new PassThrough({ highWaterMark: BUFFERED_BYTES });
      output.on('error', () => controller.abort());
      void this.pump(caller, ready, output, format, controller).finally(close);
      return output;
    } catch (error) {
      close();
      throw error;
    }
  }

  /** Ends all of them, and says why. */
  endAll(reason: ApitrailError): void {
    this.open.forEach((controller) => controller.abort(reason));
  }

  private async pump(
    caller: string,
    reader: LiveReader,
    output: PassThrough,
    format: LiveFormat,
    { signal }: AbortController
  ): Promise<void> {
    const { feed, heartbeatMs = HEARTBEAT_MS, patienceMs = PATIENCE_MS, lingerMs = LINGER_MS, onFault } = this.options;
    let failure: unknown;
    try {
      await runLiveStream({
        ...{ reader, feed, signal, heartbeatMs },
        send: (message) => send(output, format, message, patienceMs, signal),
        admit: (work) => this.turns.run(caller, signal, work),
      });
      failure = signal.reason;
    } catch (error) {
      failure = signal.aborted ? signal.reason : error;
    }
    const error = toApitrailError(failure);
    if (error.status === 500) {
      onFault(failure);
    }
    output.end(format.write({ type: 'end', code: error.code, message: error.message }));
    const left = setTimeout(() => output.destroy(), lingerMs);
    output.once('close', () => clearTimeout(left));
  }
}

/** Writes a message unless the stream has ended, and waits until there is room for the next. Throws APITRAIL_TOO_SLOW when there is none for too long. */
async function send(
  output: PassThrough,
  format: LiveFormat,
  message: LiveMessage,
  patienceMs: number,
  signal: AbortSignal
): Promise<void> {
  if (signal.aborted || output.write(format.write(message))) {
    return;
  }
  await new Promise<void>((resolve, reject) => {
    const done = (error?: Error) => {
      clearTimeout(timer);
      output.removeListener('drain', onDrain);
      signal.removeEventListener('abort', onDrain);
      return error ? reject(error) : resolve();
    };
    const onDrain = () => done();
    const timer = setTimeout(
      () =>
        done(
          new ApitrailError(
            'APITRAIL_TOO_SLOW',
            `Nothing was read of the live stream for ${patienceMs / 1000} s. Read faster, or narrow it with filters or a lower limit.`
          )
        ),
      patienceMs
    );
    output.once('drain', onDrain);
    signal.addEventListener('abort', onDrain, { once: true });
  });
}
