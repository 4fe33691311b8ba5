import { spawn, type ChildProcess } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';

jest.setTimeout(300_000);

const START = join(__dirname, '..', '..', 'scripts', 'start.mjs');
const FREE_PORTS = {
  PLAYGROUND_PORT: '0',
  APITRAIL_QUERY_LISTEN: '127.0.0.1:0',
  APITRAIL_INGEST_LISTEN: '127.0.0.1:0',
};

interface Run {
  child: ChildProcess;
  said: () => string;
  ended: Promise<number | null>;
}

function start(env: Record<string, string>): Run {
  const child = spawn(process.execPath, [START], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stdout!.on('data', (chunk) => (said += chunk));
  child.stderr!.on('data', (chunk) => (said += chunk));
  return { child, said: () => said, ended: new Promise((resolve) => child.on('exit', resolve)) };
}

async function link(run: Run): Promise<string> {
  for (;;) {
    const [found] = /http:\/\/localhost:\d+/.exec(run.said()) ?? [];
    if (found) {
      return found;
    }
    if (run.child.exitCode !== null) {
      throw new Error(`npm start ended before it printed a link:\n${run.said()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

const children = (parent: number): Promise<string> =>
  new Promise((resolve) => {
    const ps = spawn('ps', ['-o', 'pid=', '--ppid', String(parent)]);
    let text = '';
    ps.stdout.on('data', (chunk) => (text += chunk));
    ps.on('close', () => resolve(text.trim()));
  });

describe('npm start', () => {
  it('prints one link, where both datasets answer, and Ctrl-C ends everything it started', async () => {
    const run = start(FREE_PORTS);
    const url = await link(run);

    const page = await fetch(url);
    expect(await page.text()).toContain('<div id="root">');
    const answer = await fetch(`${url}/api/ds/query`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({
        from: 0,
        to: Date.now() + 3_600_000,
        queries: [{ refId: 'A', queryType: 'endpoints', groupBy: ['source'], metrics: ['requests'], filters: [] }],
      }),
    });
    const { results } = (await answer.json()) as {
      results: { A: { error?: string; frames: Array<{ data: { values: unknown[][] } }> } };
    };
    expect(results.A.error).toBeUndefined();
    expect(results.A.frames[0]!.data.values[0]!.length).toBeGreaterThanOrEqual(2);

    const [companion] = (await children(run.child.pid!)).split(/\s+/).map(Number);
    expect(companion).toBeGreaterThan(0);
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(() => process.kill(companion!, 0)).toThrow();
    await expect(fetch(url)).rejects.toThrow();
  });

  it('says what it is doing', async () => {
    const run = start(FREE_PORTS);
    await link(run);
    run.child.kill('SIGINT');
    await run.ended;
    expect(run.said()).toMatch(/sample log[\s\S]*shop[\s\S]*companion[\s\S]*Ctrl-C/);
  });

  it('names a port of the playground that is in use, and the setting that changes it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const run = start({ ...FREE_PORTS, PLAYGROUND_PORT: String(port) });
    expect(await run.ended).toBe(1);
    expect(run.said()).toContain(`Port ${port} is in use`);
    expect(run.said()).toContain('PLAYGROUND_PORT=');
    other.close();
  });

  it('names a port of the companion that is in use, and the setting that changes it', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const run = start({ ...FREE_PORTS, APITRAIL_QUERY_LISTEN: `127.0.0.1:${port}` });
    expect(await run.ended).toBe(1);
    expect(run.said()).toContain(String(port));
    expect(run.said()).toMatch(/query_listen|APITRAIL_QUERY_LISTEN|--query-listen/);
    other.close();
  });
});
