import { createHash } from 'node:crypto';
import { writeSync } from 'node:fs';

import { Overload } from '../../../backend-node/ingest/intake/overload';
import { Wal } from '../../../backend-node/ingest/wal';
import type { WalTask } from './wal-task';

/** A payload that shows whether it is whole: its name, filling, and their hash. */
function payload(name: string, bytes: number): Buffer {
  const text = `${name}|${'x'.repeat(bytes)}`;
  return Buffer.from(`${text}|${createHash('sha256').update(text).digest('hex')}`);
}

async function main(task: WalTask): Promise<void> {
  const wal = await Wal.open(task.directory, {
    key: Buffer.alloc(32, 7),
    firstSeq: 0,
    segmentBytes: task.segmentBytes,
    reserveBytes: 0,
    onFatal: (error) => {
      writeSync(1, `fatal ${(error as NodeJS.ErrnoException).code}\n`);
      process.exit(1);
    },
  });
  const append = async (name: string, bytes: number) => {
    writeSync(1, `begun ${name}\n`);
    try {
      const body = payload(name, bytes);
      await wal.append([body.subarray(0, 5), body.subarray(5)]);
      // Synchronous, so that what was acknowledged is known even when the process is killed right after.
      writeSync(1, `ok ${name}\n`);
    } catch (error) {
      if (!(error instanceof Overload)) {
        throw error;
      }
      writeSync(1, `refused ${name}\n`);
    }
  };
  await Promise.all(
    Array.from({ length: task.appenders }, async (_, appender) => {
      for (let index = 0; index < task.each; index++) {
        await append(`${task.run}.${appender}.${index}`, (index * 977) % task.largest);
      }
    })
  );
  await wal.close();
}

main(JSON.parse(process.argv[2] ?? '{}') as WalTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exitCode = 1;
});
