import { access } from 'node:fs/promises';

import type { LiveMessage } from '@apitrail/contract';

import { isRetryable } from '../../engine/duckdb-errors';
import type { HotFeed } from '../../lake/hot/hot-feed';
import type { HotFile } from '../../lake/hot/hot-files';
import { hotSnapshot } from '../../lake/lake-dataset';
import { windowOf, type LiveReader } from '../../queries/live';

export interface LiveStreamOptions {
  reader: LiveReader;
  feed: HotFeed;
  /** Ends the stream. */
  signal: AbortSignal;
  /** After how long without another message a heartbeat is sent, milliseconds. The first says that what comes in is told from then on. */
  heartbeatMs: number;
  /** Resolves when the client can take more. */
  send(message: LiveMessage): Promise<void>;
  /** Runs the reading of one lot when its turn comes. */
  admit<T>(work: () => Promise<T>): Promise<T>;
}

/**
 * Sends what comes in until the signal aborts: of `requests` at once, of `traffic` window by window, by the clock. What comes
 * in while the client cannot take more is taken together; only names of files wait, never rows.
 */
export async function runLiveStream({
  reader,
  feed,
  signal,
  heartbeatMs,
  send,
  admit,
}: LiveStreamOptions): Promise<void> {
  const width = windowOf(reader.query);
  let start = width === undefined ? Date.now() : Math.floor(Date.now() / width) * width;
  let arrived: HotFile[] = [];
  let wake = () => undefined as void;
  const stop = await feed.follow(
    (files) => {
      arrived.push(...files);
      wake();
    },
    width === undefined ? Infinity : start
  );
  signal.addEventListener('abort', () => wake());
  try {
    await send({ type: 'heartbeat', time: Date.now() });
    for (let sentAt = Date.now(); !signal.aborted;) {
      const now = Date.now();
      const due = width === undefined ? arrived.length > 0 : now >= start + width;
      if (due) {
        const to = width === undefined ? now : Math.floor(now / width) * width;
        const [files, window] = [arrived, { from: start, to }];
        arrived = [];
        start = to;
        const frames = await admit(() => readFiles(reader, files, window));
        if (frames.length > 0) {
          await send({ type: 'frames', frames });
          sentAt = Date.now();
        }
        continue;
      }
      if (now >= sentAt + heartbeatMs) {
        await send({ type: 'heartbeat', time: now });
        sentAt = Date.now();
        continue;
      }
      const next = Math.min(sentAt + heartbeatMs, width === undefined ? Infinity : start + width);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, next - now);
        // A window is over when its time is, whatever comes in before.
        wake = () => {
          if (signal.aborted || width === undefined) {
            clearTimeout(timer);
            resolve();
          }
        };
        if (signal.aborted) {
          wake();
        }
      });
    }
  } finally {
    stop();
  }
}

/** Frames of the rows of files. Rows that were moved into the table before they were read are told of as left out. */
async function readFiles(reader: LiveReader, files: readonly HotFile[], window: { from: number; to: number }) {
  for (let attempt = 0; ; attempt++) {
    const there = await Promise.all(files.map(({ path }) => exists(path)));
    const left = files.filter((_, index) => !there[index]).reduce((sum, { rows }) => sum + rows, 0);
    const notices = left > 0 ? [`${left} requests came in that could not be shown in time; a query finds them.`] : [];
    try {
      return await reader.read(hotSnapshot(files.filter((_, index) => there[index])), window, notices);
    } catch (error) {
      if (attempt > 0 || !isRetryable(error)) {
        throw error;
      }
    }
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false
  );
}
