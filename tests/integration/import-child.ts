import { writeSync } from 'node:fs';

import { importLogs } from '../../backend-node/ingest/import';
import { privacyConfigSchema } from '../../backend-node/ingest/privacy';
import { sessionsConfigSchema } from '../../backend-node/ingest/sessions';

/** One import in a process of its own, for tests that kill it. */
export interface ImportTask {
  inputs: string[];
  lake: string;
  keyFile: string;
  rejects: string;
  rowsPerCommit: number;
}

async function main({ inputs, lake, keyFile, rejects, rowsPerCommit }: ImportTask): Promise<void> {
  const summary = await importLogs({
    inputs,
    lake,
    rejects,
    rowsPerCommit,
    privacy: privacyConfigSchema.parse({ key_file: keyFile }),
    sessions: sessionsConfigSchema.parse({}),
    output: process.stderr,
    stdin: process.stdin,
    quiet: true,
    threads: 1,
  });
  writeSync(1, JSON.stringify(summary));
}

main(JSON.parse(process.argv[2] ?? '{}') as ImportTask).catch((error: Error) => {
  writeSync(2, error.stack ?? error.message);
  process.exitCode = 1;
});
