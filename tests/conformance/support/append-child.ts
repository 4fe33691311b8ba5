import { writeSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { openDuckDb } from '../../../backend-node/engine/duckdb';
import { Lake } from '../../../backend-node/lake/lake';
import { openWorkDirectory } from '../../../backend-node/lake/work-directory';
import type { ChildTask } from './child';

const DAY_US = 86_400_000_000;
const NOV_1 = Date.UTC(2026, 10, 1) * 1000;

async function main(task: ChildTask): Promise<void> {
  const work = await openWorkDirectory(task.lake);
  const engine = await openDuckDb({ threads: 1, tempDirectory: work.path });
  const lake = await Lake.open(task.lake, { engine, create: task.create ?? false });
  const first = ((await lake.transactionVersion(task.writer)) ?? 0) + 1;
  for (let batch = first; batch <= task.until; batch++) {
    const rows = Array.from({ length: task.rowsPerBatch }, (_, index) => ({
      time: NOV_1 + (index % 2) * DAY_US + batch,
      service: task.writer,
      status: batch,
      request_id: `${task.writer}/${batch}/${index}`,
    }));
    const staged = join(work.path, `${batch}.ndjson`);
    await writeFile(staged, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    await lake.append({ ndjson: [staged] }, { txn: { appId: task.writer, version: batch } });
    // Synchronous, so that what was acknowledged is known even when the process is killed right after.
    writeSync(1, `ack ${batch}\n`);
    if (task.checkpointEvery > 0 && (batch - first + 1) % task.checkpointEvery === 0) {
      await lake.checkpoint();
    }
  }
  await engine.close();
  await work.close();
}

main(JSON.parse(process.argv[2] ?? '{}') as ChildTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
