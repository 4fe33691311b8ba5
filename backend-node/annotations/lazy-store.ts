import type { Logger } from 'pino';

import { openDuckDb, type DuckDb } from '../engine/duckdb';
import { unwritable } from '../lake/unwritable';
import { openWorkDirectory, type WorkDirectory } from '../lake/work-directory';
import { AnnotationStore } from './annotation-store';

/** What a store needs is little: a table of annotations is small. */
const ENGINE = { threads: 1, memoryLimit: '256MB' };

interface Open {
  store: AnnotationStore;
  engine: DuckDb;
  work: WorkDirectory;
}

/**
 * The annotations of a lake, with an engine of their own. Both are opened by the first post, so that a companion that takes
 * none neither makes the table nor holds memory for it.
 */
export class LazyAnnotationStore {
  private open: Promise<Open> | undefined;

  constructor(
    private readonly lake: string,
    private readonly log?: Pick<Logger, 'warn'>
  ) {}

  async get(): Promise<AnnotationStore> {
    this.open ??= this.start();
    const pending = this.open;
    try {
      return (await pending).store;
    } catch (error) {
      // The next one tries again: a folder may have become writable.
      if (this.open === pending) {
        this.open = undefined;
      }
      throw unwritable(error, this.lake);
    }
  }

  /** Ends when what was begun is on the disk. */
  async close(): Promise<void> {
    const open = await this.open?.catch(() => undefined);
    await open?.store.close();
    await open?.engine.close();
    await open?.work.close();
  }

  private async start(): Promise<Open> {
    const work = await openWorkDirectory(this.lake);
    try {
      const engine = await openDuckDb({ ...ENGINE, tempDirectory: work.path });
      try {
        const store = await AnnotationStore.open(this.lake, {
          engine,
          onWarning: (error) => this.log?.warn({ err: error }, 'files of annotations were not put together'),
        });
        return { store, engine, work };
      } catch (error) {
        await engine.close();
        throw error;
      }
    } catch (error) {
      await work.close();
      throw error;
    }
  }
}
