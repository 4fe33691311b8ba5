import { unlink } from 'node:fs/promises';

import type { DuckDb } from '../../../backend-node/engine/duckdb';
import type { HotFile } from '../../../backend-node/lake/hot/hot-files';
import type { Lake } from '../../../backend-node/lake/lake';
import { INGEST_APP_ID } from '../../../backend-node/lake/layout';
import { writeHotFile, type HotRow } from '../../../backend-node/lake/testing/hot-file';

export interface RoundOptions {
  /** Folder of the lake. */
  directory: string;
  filesPerRound: number;
  rowsPerFile: number;
}

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

/** Hot files with rows numbered from 1 on, which become rows of the table round by round. */
export class HotRounds {
  /** The last batch that was written. */
  batch = 0;
  private files: HotFile[] = [];
  private rows: HotRow[] = [];

  constructor(
    private readonly engine: DuckDb,
    private readonly lake: Lake,
    private readonly options: RoundOptions
  ) {}

  /** Writes the hot files of a round; `onWritten` is told the number of each. */
  async write(onWritten: (batch: number) => void = () => undefined): Promise<void> {
    const { directory, filesPerRound, rowsPerFile } = this.options;
    for (let index = 0; index < filesPerRound; index++) {
      const batch = ++this.batch;
      const some = Array.from({ length: rowsPerFile }, (_, row) => {
        const number = (batch - 1) * rowsPerFile + row + 1;
        return { time: NOV_1 + number, status: number, request_id: `${number}` };
      });
      this.files.push(await writeHotFile(this.engine, directory, { from: batch }, some));
      this.rows.push(...some);
      onWritten(batch);
    }
  }

  /** Commits what is hot, and takes its files away. */
  async commit(): Promise<void> {
    await this.lake.append({ rows: this.rows }, { txn: { appId: INGEST_APP_ID, version: this.batch } });
    await Promise.all(this.files.map(({ path }) => unlink(path)));
    this.files = [];
    this.rows = [];
  }
}
