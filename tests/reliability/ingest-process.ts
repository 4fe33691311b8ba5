import { fork, type ChildProcess } from 'node:child_process';

import type { ListenAddress } from '../../backend-node/config/listen';
import { loadSettings } from '../../backend-node/config/settings';
import type { FromProcess, ToProcess } from '../../backend-node/server/process-messages';
import { environment, PROGRAM } from './companion';

/** The ingest process alone, with one thread for files, so that system calls come in one order and can be counted. */
export class IngestProcess {
  readonly log: string[] = [];
  private ended = false;

  private constructor(
    private readonly child: ChildProcess,
    private gone: Promise<void>
  ) {
    void gone.then(() => (this.ended = true));
  }

  url = '';

  /** Starts it with the configuration of a file, and waits until it answers. */
  static async start(configFile: string): Promise<IngestProcess> {
    const settings = await loadSettings({ configFile, environment: {} });
    const child = fork(PROGRAM, ['serve-process', 'ingest'], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
      env: { ...environment(), UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' },
    });
    const one = new IngestProcess(child, new Promise((resolve) => child.once('close', () => resolve())));
    child.stderr!.on('data', (data: Buffer) => one.log.push(data.toString()));
    const listen = new Promise<ListenAddress>((resolve, reject) => {
      child.on('message', (message: FromProcess) => {
        if (message.type === 'ready') {
          resolve(message.listen!);
        }
        if (message.type === 'failed') {
          reject(new Error(message.message));
        }
      });
      child.once('close', () => reject(new Error(`The ingest process ended.\n${one.log.join('')}`)));
    });
    const start: ToProcess = { type: 'start', settings, listen: { host: '127.0.0.1', port: 0 }, restarts: 0 };
    child.send(start, () => undefined);
    const { host, port } = await listen;
    one.url = `http://${host}:${port}`;
    return one;
  }

  get pid(): number {
    return this.child.pid!;
  }

  /** Whether it ended, of itself or by a fault. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /** Ends it as the supervisor does. */
  async stop(): Promise<void> {
    const stop: ToProcess = { type: 'stop', why: 'shutdown' };
    this.child.send(stop, () => undefined);
    await this.gone;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.gone;
  }
}
