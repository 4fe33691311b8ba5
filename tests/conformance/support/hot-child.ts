import { unlink } from 'node:fs/promises';
import { writeSync } from 'node:fs';

import { openDuckDb } from '../../../backend-node/engine/duckdb';
import type { HotFile } from '../../../backend-node/lake/hot/hot-files';
import { Lake } from '../../../backend-node/lake/lake';
import { INGEST_APP_ID } from '../../../backend-node/lake/layout';
import { openWorkDirectory } from '../../../backend-node/lake/work-directory';
import { writeHotFile, type HotRow } from '../../../backend-node/lake/testing/hot-file';

export interface HotTask {
  lake: string;
  /** How often hot files are written, committed and unlinked. */
  rounds: number;
  filesPerRound: number;
  rowsPerFile: number;
}

const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

/** Rows numbered from 1 on: every file has the next ones, and stays hot until its round is committed. */
async function main({ lake: directory, rounds, filesPerRound, rowsPerFile }: HotTask): Promise<void> {
  const work = await openWorkDirectory(directory);
  const engine = await openDuckDb({ threads: 1, tempDirectory: work.path });
  const lake = await Lake.open(directory, { engine });
  for (let round = 0, batch = 1; round < rounds; round++) {
    const files: HotFile[] = [];
    const rows: HotRow[] = [];
    for (let index = 0; index < filesPerRound; index++, batch++) {
      const some = Array.from({ length: rowsPerFile }, (_, row) => {
        const number = (batch - 1) * rowsPerFile + row + 1;
        return { time: NOV_1 + number, status: number, request_id: `${number}` };
      });
      files.push(await writeHotFile(engine, directory, { from: batch }, some));
      rows.push(...some);
      writeSync(1, `ack ${batch}\n`);
    }
    await lake.append({ rows }, { txn: { appId: INGEST_APP_ID, version: batch - 1 } });
    await Promise.all(files.map(({ path }) => unlink(path)));
  }
  await engine.close();
  await work.close();
}

main(JSON.parse(process.argv[2] ?? '{}') as HotTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
