import { writeSync } from 'node:fs';

import { openDuckDb } from '../../../backend-node/engine/duckdb';
import { Lake } from '../../../backend-node/lake/lake';
import { openWorkDirectory } from '../../../backend-node/lake/work-directory';
import { HotRounds } from './hot-rounds';

export interface HotTask {
  lake: string;
  /** How often hot files are written, committed and unlinked. */
  rounds: number;
  filesPerRound: number;
  rowsPerFile: number;
}

/** Every file has the next rows, and stays hot until its round is committed. */
async function main({ lake: directory, rounds, filesPerRound, rowsPerFile }: HotTask): Promise<void> {
  const work = await openWorkDirectory(directory);
  const engine = await openDuckDb({ threads: 1, tempDirectory: work.path });
  const lake = await Lake.open(directory, { engine });
  const hot = new HotRounds(engine, lake, { directory, filesPerRound, rowsPerFile });
  for (let round = 0; round < rounds; round++) {
    await hot.write((batch) => writeSync(1, `ack ${batch}\n`));
    await hot.commit();
  }
  await engine.close();
  await work.close();
}

main(JSON.parse(process.argv[2] ?? '{}') as HotTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
