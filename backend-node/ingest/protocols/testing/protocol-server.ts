import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';

import { addKey } from '../../../access/key-file';
import { KeyVerifier } from '../../../access/key-verifier';
import type { Scope } from '../../../access/scopes';
import { listen } from '../../../server/listen';
import { createListener } from '../../../server/listener';
import type { BodyMemory } from '../../intake/body-memory';
import type { Intake } from '../../intake/intake';
import type { Protocol } from '../protocol';
import { RecordingIntake } from './recording-intake';

export interface ProtocolServerOptions {
  protocols: readonly Protocol[];
  /** Default: a RecordingIntake. */
  intake?: Intake & BodyMemory;
  /** Whether keys are asked for; then `key` opens. Default: no. */
  keys?: boolean;
  /** Default: 64 MiB. */
  requestBytes?: number;
  allowedOrigins?: readonly string[];
  /** How long a body may come too slowly, milliseconds. */
  patienceMs?: number;
  /** How long headers may take, milliseconds. */
  headersTimeoutMs?: number;
}

/** The real ingest listener with some protocols, on a port of its own. */
export interface ProtocolServer {
  /** `http://127.0.0.1:<port>`. */
  url: string;
  port: number;
  intake: Intake;
  /** What was submitted, when the intake is the default one. */
  recorded: RecordingIntake;
  /** A key with the scope `ingest`; empty where none is asked for. */
  key: string;
  /** Makes a key of another scope. */
  newKey(scope: Scope): Promise<string>;
  /** Lines of the log so far. */
  log(): Array<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts one. */
export async function startProtocolServer({
  protocols,
  keys = false,
  requestBytes = 64 * 2 ** 20,
  allowedOrigins = [],
  ...options
}: ProtocolServerOptions): Promise<ProtocolServer> {
  const folder = await mkdtemp(join(tmpdir(), 'apitrail-protocols-'));
  const keysFile = join(folder, 'keys.json');
  const recorded = new RecordingIntake(protocols);
  const intake = options.intake ?? recorded;
  const newKey = async (scope: Scope): Promise<string> =>
    (await addKey(keysFile, { scope, name: `${scope} of a test`, expires: null })).key;
  const key = keys ? await newKey('ingest') : '';
  let logged = '';
  const app = createListener({
    gate: {
      scope: 'ingest',
      verifier: keys ? new KeyVerifier(keysFile) : undefined,
      allowedHosts: [],
      allowedOrigins,
    },
    endpoints: [],
    ingest: {
      protocols,
      intake,
      memory: intake,
      requestBytes,
      ...(options.patienceMs === undefined ? {} : { patienceMs: options.patienceMs }),
    },
    log: pino({ level: 'debug' }, { write: (line: string) => void (logged += line) }),
    bodyLimit: 1024 * 1024,
    ...(options.headersTimeoutMs === undefined ? {} : { headersTimeoutMs: options.headersTimeoutMs }),
  });
  const { port } = await listen(app, { host: '127.0.0.1', port: 0 }, 'ingest_listen');
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    intake,
    recorded,
    key,
    newKey,
    log: () =>
      logged
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    close: async () => {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
