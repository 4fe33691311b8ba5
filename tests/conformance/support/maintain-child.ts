import { writeSync } from 'node:fs';

import { openDuckDb } from '../../../backend-node/engine/duckdb';
import { Lake } from '../../../backend-node/lake/lake';
import { compactTable } from '../../../backend-node/lake/maintenance/compact';
import { vacuumTable } from '../../../backend-node/lake/maintenance/vacuum';
import { openWorkDirectory } from '../../../backend-node/lake/work-directory';

export interface MaintainTask {
  lake: string;
  steps: Array<'append' | 'compact' | 'vacuum' | 'checkpoint'>;
  /** How often they are done, one after the other. */
  rounds?: number;
  /** Rows of a batch that `append` adds, half of it on one day, half on the next. */
  rowsPerBatch?: number;
}

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

async function main({ lake: directory, steps, rounds = 1, rowsPerBatch = 10 }: MaintainTask): Promise<void> {
  const work = await openWorkDirectory(directory);
  const engine = await openDuckDb({ threads: 1, tempDirectory: work.path });
  const lake = await Lake.open(directory, { engine });
  for (let round = 1; round <= rounds; round++) {
    for (const step of steps) {
      switch (step) {
        case 'append': {
          const batch = ((await lake.transactionVersion('w')) ?? 0) + 1;
          const rows = Array.from({ length: rowsPerBatch }, (_, index) => ({
            time: NOV_1 + (index % 2) * DAY_US + batch,
            service: 'w',
            status: batch,
            request_id: `${batch}/${index}`,
          }));
          await lake.append({ rows }, { txn: { appId: 'w', version: batch } });
          break;
        }
        case 'compact':
          await compactTable(lake.requests);
          break;
        case 'vacuum':
          await vacuumTable(lake.requests, { retentionMs: 0, force: true });
          break;
        case 'checkpoint':
          await lake.checkpoint();
      }
    }
    writeSync(1, `ack ${round}\n`);
  }
  await engine.close();
  await work.close();
}

main(JSON.parse(process.argv[2] ?? '{}') as MaintainTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
