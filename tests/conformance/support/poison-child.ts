import { writeSync } from 'node:fs';
import { join } from 'node:path';

import { loadSettings } from '../../../backend-node/config/settings';
import { openIntake } from '../../../backend-node/ingest/intake/open-intake';
import { send, testDecoder } from '../../../backend-node/ingest/intake/testing/test-batches';
import type { PoisonTask } from './poison-task';

const quiet = (): void => undefined;

/** Opens the intake of a lake with a decoder that ends the process at a certain body, and says how it stands. */
async function main({ folder, send: names, poison }: PoisonTask): Promise<void> {
  const settings = await loadSettings({
    flags: { lake: 'lake', privacy: { key_file: join(folder, 'pseudonym.key') } },
    environment: {},
    workingFolder: folder,
  });
  const intake = await openIntake({
    settings: { ...settings, ingest: { ...settings.ingest, disk_reserve: 0 } },
    log: { info: quiet, warn: quiet, error: quiet, fatal: quiet },
    decoderNamed: () => ({
      name: testDecoder.name,
      decode: (body, context) => {
        if (poison !== undefined && body.includes(poison)) {
          process.kill(process.pid, 'SIGKILL');
        }
        return testDecoder.decode(body, context);
      },
    }),
  });
  for (const name of names) {
    await send(intake, { rows: [{ id: name }], rejects: ['x'.repeat(name.startsWith('large') ? 2 ** 20 : 1)] });
  }
  const { problems, deadBatches } = intake.status();
  writeSync(1, JSON.stringify({ codes: problems.map(({ code }) => code), deadBatches }));
  // As after a kill: nothing that was taken in is put into the lake.
  process.kill(process.pid, 'SIGKILL');
}

void main(JSON.parse(process.argv[2] ?? '{}') as PoisonTask);
