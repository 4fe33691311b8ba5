import { writeSync } from 'node:fs';
import { join } from 'node:path';

import { loadSettings } from '../../../backend-node/config/settings';
import { openIntake } from '../../../backend-node/ingest/intake/open-intake';
import { Overload } from '../../../backend-node/ingest/intake/overload';
import { send, testDecoder } from '../../../backend-node/ingest/intake/testing/test-batches';
import type { IntakeTask } from './intake-task';

const log = {
  info: () => undefined,
  warn: () => undefined,
  error: (_: unknown, message?: string) => void writeSync(2, `${message}\n`),
  fatal: () => undefined,
};

async function main(task: IntakeTask): Promise<void> {
  const settings = await loadSettings({
    flags: { lake: 'lake', privacy: { key_file: join(task.folder, 'pseudonym.key') } },
    environment: {},
    workingFolder: task.folder,
  });
  const intake = await openIntake({
    settings: { ...settings, ingest: { ...settings.ingest, disk_reserve: 0, flush_rows: task.flushRows } },
    log,
    decoderNamed: () => testDecoder,
  });
  await Promise.all(
    Array.from({ length: task.senders }, async (_, sender) => {
      for (let index = 0; index < task.each; index++) {
        const name = `${task.run}.${sender}.${index}`;
        const rows = Array.from({ length: task.rows }, (__, row) => ({ id: `${name}.${row}` }));
        try {
          await send(intake, { rows, key: name });
          // Synchronous, so that what was acknowledged is known even when the process is killed right after.
          writeSync(1, `ok ${name}\n`);
        } catch (error) {
          if (!(error instanceof Overload)) {
            throw error;
          }
          writeSync(1, `refused ${name}\n`);
        }
      }
    })
  );
  if (task.close) {
    await intake.close();
    writeSync(1, 'closed\n');
  }
  process.exit(0);
}

main(JSON.parse(process.argv[2] ?? '{}') as IntakeTask).catch((error: { code?: string; message: string }) => {
  writeSync(2, `${error.code}: ${error.message}\n`);
  process.exit(1);
});
