import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { apitrail, serve } from './support/apitrail';
import { temporaryFolder } from './support/lake';

jest.setTimeout(120_000);

const { error } = spawnSync('curl', ['--version']);
if (error) {
  process.stderr.write(
    `SKIPPED: the command for curl in docs/ingest.md is not tried, there is no curl: ${error.message}\n`
  );
}

/** The command of the page, as somebody copies it. */
function command(): string {
  const page = readFileSync(join(process.cwd(), 'docs', 'ingest.md'), 'utf8');
  const [, found] = /^### curl .*?\n\n```sh\n(.*?)```/ms.exec(page)!;
  return found!;
}

(error ? it.skip : it)('the command for curl that the page has sends a log, once however often it is run', async () => {
  const folder = await temporaryFolder();
  const env = { APITRAIL_PRIVACY_KEY_FILE: join(folder.path, 'pseudonym.key') };
  const added = await apitrail(['keys', 'add', '--scope', 'ingest', '--name', 'curl', '--lake', 'lake'], {
    cwd: folder.path,
    env,
  });
  const [key] = /apl_ingest_[\w-]+/.exec(added.stdout)!;
  const companion = await serve(['--lake', 'lake'], { cwd: folder.path, env });
  try {
    const line = '192.0.2.1 - - [17/May/2024:00:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 12 "-" "x"\n';
    writeFileSync(join(folder.path, 'access.log.1.gz'), gzipSync(line.repeat(3)));
    const text = command().replace('http://HOST:8586', companion.ingest);
    const run = () => {
      const { stdout, stderr } = spawnSync('bash', ['-c', text], {
        cwd: folder.path,
        env: { ...process.env, KEY: key },
        encoding: 'utf8',
      });
      return stdout === '' ? stderr : (JSON.parse(stdout) as unknown);
    };
    expect(run()).toEqual({ accepted: 3, rejected: 0, repeated: false, errors: [] });
    expect(run()).toEqual({ accepted: 3, rejected: 0, repeated: true, errors: [] });
  } finally {
    await companion.stop();
    await folder.remove();
  }
});
