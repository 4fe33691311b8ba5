import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';

import { currentHotDirectory, type HotFile } from './hot-files';
import { HotRows } from './hot-rows';

/** How often the folder is looked at, whether the system tells of changes or not. */
const POLL_MS = 250;

/** Who is told of new hot files, in the order in which their batches came in. */
export type HotListener = (files: readonly HotFile[]) => void;

interface Follower {
  /** The last batch it was told of. */
  after: number;
  tell: HotListener;
}

/**
 * Tells of hot files as they appear. Looks only while somebody listens, and tells everyone of each batch once: a file
 * that is written anew, after a crash or as a part of a larger one, is not new.
 */
export class HotFeed {
  private readonly rows: HotRows;
  private readonly followers = new Set<Follower>();
  private last: readonly HotFile[] = [];
  private timer: NodeJS.Timeout | undefined;
  private watcher: FSWatcher | undefined;
  private looking: Promise<void> | undefined;

  /** `lake` is the folder of the lake; `onError` is told why the folder could not be looked at, each time. */
  constructor(
    private readonly lake: string,
    private readonly onError: (error: unknown) => void = () => undefined
  ) {
    this.rows = new HotRows(lake);
  }

  /**
   * Tells `tell` of what appears from now on, and before that of what has appeared since the time given, epoch
   * milliseconds, as far as it is still there. Gives what ends it.
   */
  async follow(tell: HotListener, since = Infinity): Promise<() => void> {
    const files = await this.rows.list();
    const follower: Follower = { after: Math.max(-1, ...files.map(({ to }) => to)), tell };
    const recent = since === Infinity ? [] : await appearedSince(files, since);
    if (recent.length > 0) {
      tell(recent);
    }
    this.followers.add(follower);
    // Others may have been told meanwhile of what is not in `files`.
    this.last = [];
    this.begin();
    return () => {
      this.followers.delete(follower);
      if (this.followers.size === 0) {
        this.end();
      }
    };
  }

  private begin(): void {
    this.timer ??= setInterval(() => this.look(), POLL_MS);
    this.look();
  }

  private end(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.watcher?.close();
    this.watcher = undefined;
  }

  private look(): void {
    this.looking ??= this.tellOfNew()
      .catch(this.onError)
      .finally(() => (this.looking = undefined));
  }

  private async tellOfNew(): Promise<void> {
    await this.watchFolder();
    const files = await this.rows.list();
    if (files === this.last) {
      return;
    }
    this.last = files;
    for (const follower of [...this.followers]) {
      const fresh: HotFile[] = [];
      for (const file of files) {
        if (file.from > follower.after) {
          fresh.push(file);
          follower.after = file.to;
        }
      }
      if (fresh.length > 0) {
        follower.tell(fresh);
      }
    }
  }

  /** The folder may not be there yet, or be taken away; then the looks that go by the clock are enough. */
  private async watchFolder(): Promise<void> {
    if (this.watcher || this.timer === undefined) {
      return;
    }
    const directory = await currentHotDirectory(this.lake);
    try {
      const watcher = watch(directory, { persistent: false }, () => this.look());
      watcher.on('error', () => {
        watcher.close();
        this.watcher = undefined;
      });
      this.watcher = watcher;
    } catch {
      this.watcher = undefined;
    }
    if (this.followers.size === 0) {
      this.end();
    }
  }
}

async function appearedSince(files: readonly HotFile[], since: number): Promise<HotFile[]> {
  const times = await Promise.all(
    files.map(({ path }) =>
      stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => -Infinity
      )
    )
  );
  return files.filter((_, index) => times[index]! >= since);
}
