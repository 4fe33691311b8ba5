import { existsSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join, resolve } from 'node:path';

import { ApitrailError, ERROR_CODES, nearest, parseDuration, type ErrorCode } from '@apitrail/contract';
import type { z } from 'zod';

import { stateDirectory } from '../lake/layout';
import { environmentSettings, readVariable, unknownVariables } from './environment';
import { readConfigFile, type ConfigFile } from './file';
import { parseListen, type ListenAddress } from './listen';
import { configSchema, type Config, type ConfigInput } from './schema';

/** Name of the file that is read when none is named and it is in the working folder. */
export const CONFIG_FILE = 'apitrail.yaml';

/** Where settings come from, strongest first: flags, environment, file, defaults. */
export interface SettingsSources {
  /** Settings of the command line, as the file would have them. Undefined ones were not given. */
  flags?: Partial<ConfigInput>;
  environment?: NodeJS.ProcessEnv;
  /** File of `--config`. Without it `APITRAIL_CONFIG`, then `apitrail.yaml` in the working folder if there is one. */
  configFile?: string;
  workingFolder?: string;
}

/** The configuration as the program uses it: absolute paths, bytes, milliseconds. */
export interface Settings extends Omit<Config, 'query_listen' | 'ingest_listen' | 'keys_file' | 'limits'> {
  /** File the settings were read from, if there is one. */
  configFile: string | undefined;
  queryListen: ListenAddress;
  ingestListen: ListenAddress;
  keysFile: string;
  limits: Limits;
  /** Variables that begin with APITRAIL_ and mean nothing. */
  unknownVariables: string[];
}

export interface Limits {
  threads: number;
  memoryBytes: number;
  processMemoryBytes: number;
  queryTimeoutMs: number;
  concurrentQueries: number;
  queuedQueries: number;
  liveStreams: number;
  requestBytes: number;
  resultBytes: number;
}

/** Puts settings together and checks them. Throws an ApitrailError that names the setting and where it was made. */
export async function loadSettings(sources: SettingsSources = {}): Promise<Settings> {
  const { flags = {}, environment = process.env, workingFolder = process.cwd() } = sources;
  const named = sources.configFile ?? environment.APITRAIL_CONFIG;
  const path = named ? resolve(workingFolder, named) : join(workingFolder, CONFIG_FILE);
  const file = named || existsSync(path) ? await readConfigFile(path) : undefined;

  const origins = new Map<string, string>();
  const values = file ? withAbsolutePaths(file.values, resolve(path, '..')) : {};
  const given: Record<string, unknown> = {};
  for (const { variable, path: where, type } of environmentSettings()) {
    const text = environment[variable];
    if (text !== undefined && text !== '') {
      setIn(given, where, readVariable(text, type));
      origins.set(where.join('.'), variable);
    }
  }
  for (const [name, value] of Object.entries(flags)) {
    if (value !== undefined) {
      given[name] = value;
      origins.set(name, `--${name.replaceAll('_', '-')}`);
    }
  }
  const parsed = configSchema.safeParse(merge(values, withAbsolutePaths(given, workingFolder)));
  if (!parsed.success) {
    throw toApitrailError(parsed.error.issues[0]!, file, origins);
  }
  return toSettings(parsed.data, {
    configFile: file?.path,
    workingFolder,
    unknownVariables: unknownVariables(environment),
  });
}

function toSettings(
  { query_listen, ingest_listen, keys_file, limits, ...rest }: Config,
  more: { configFile: string | undefined; workingFolder: string; unknownVariables: string[] }
): Settings {
  const lake = resolve(more.workingFolder, rest.lake);
  const memoryBytes = limits.memory ?? Math.min(8 * 2 ** 30, Math.floor(totalmem() / 2));
  return {
    ...rest,
    lake,
    configFile: more.configFile,
    unknownVariables: more.unknownVariables,
    queryListen: parseListen(query_listen)!,
    ingestListen: parseListen(ingest_listen)!,
    keysFile: keys_file ?? join(stateDirectory(lake), 'keys.json'),
    limits: {
      threads: limits.threads ?? availableParallelism(),
      memoryBytes,
      processMemoryBytes: limits.process_memory ?? Math.floor(memoryBytes * 1.5) + 512 * 2 ** 20,
      queryTimeoutMs: parseDuration(limits.query_timeout),
      concurrentQueries: limits.concurrent_queries,
      queuedQueries: limits.queued_queries,
      liveStreams: limits.live_streams,
      requestBytes: limits.request_bytes,
      resultBytes: limits.result_bytes,
    },
  };
}

/** Settings that name files. What stands in a file is relative to that file, what stands elsewhere to the working folder. */
const PATHS = ['lake', 'keys_file'];

function withAbsolutePaths(values: Record<string, unknown>, base: string): Record<string, unknown> {
  const copy = { ...values };
  for (const name of PATHS) {
    if (typeof copy[name] === 'string') {
      copy[name] = resolve(base, copy[name]);
    }
  }
  if (isObject(copy.privacy) && typeof copy.privacy.key_file === 'string') {
    copy.privacy = { ...copy.privacy, key_file: resolve(base, copy.privacy.key_file) };
  }
  if (isObject(copy.cohorts) && Array.isArray(copy.cohorts.webhooks)) {
    const webhooks = copy.cohorts.webhooks.map((webhook: unknown) =>
      isObject(webhook) && typeof webhook.secret_file === 'string'
        ? { ...webhook, secret_file: resolve(base, webhook.secret_file) }
        : webhook
    );
    copy.cohorts = { ...copy.cohorts, webhooks };
  }
  if (Array.isArray(copy.datasets)) {
    copy.datasets = copy.datasets.map((dataset: unknown) =>
      isObject(dataset) && typeof dataset.files === 'string'
        ? { ...dataset, files: resolve(base, dataset.files) }
        : dataset
    );
  }
  return copy;
}

function setIn(target: Record<string, unknown>, path: readonly string[], value: unknown): void {
  const [head, ...rest] = path;
  if (rest.length === 0) {
    target[head!] = value;
  } else {
    target[head!] = isObject(target[head!]) ? target[head!] : {};
    setIn(target[head!] as Record<string, unknown>, rest, value);
  }
}

function merge(under: Record<string, unknown>, over: Record<string, unknown>): Record<string, unknown> {
  const merged = { ...under };
  for (const [name, value] of Object.entries(over)) {
    const below = merged[name];
    merged[name] = isObject(value) && isObject(below) ? merge(below, value) : value;
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toApitrailError(
  issue: z.core.$ZodIssue,
  file: ConfigFile | undefined,
  origins: Map<string, string>
): ApitrailError {
  const path = issue.path as Array<string | number>;
  const name = path.join('.') || 'the configuration';
  if (issue.code === 'unrecognized_keys') {
    const wrong = issue.keys[0]!;
    const where = file?.locate([...path, wrong], 'key') ?? wrong;
    const known = knownKeys(path);
    const guess = nearest(wrong, known);
    const hint = guess ? ` Did you mean ${guess}?` : known.length > 0 ? ` Known are: ${known.join(', ')}.` : '';
    return new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `${where}: ${path.length === 0 ? 'there is no setting' : `${name} has no setting`} ${wrong}.${hint}`,
      { where }
    );
  }
  const origin = origins.get(path.join('.')) ?? origins.get(String(path[0])) ?? file?.locate(path, 'value') ?? name;
  const own: unknown = issue.code === 'custom' ? issue.params?.code : undefined;
  const code = typeof own === 'string' && own in ERROR_CODES ? (own as ErrorCode) : 'APITRAIL_BAD_CONFIG';
  return new ApitrailError(code, `${origin}: ${name} ${sentence(issue)}.`, { where: origin });
}

function sentence(issue: z.core.$ZodIssue): string {
  const message = issue.message.replace(/^Invalid (input|option): /, '').replace(/\.$/, '');
  return /^(must|is|are|has) /.test(message) ? message : `is not valid: ${message}`;
}

function knownKeys(path: ReadonlyArray<string | number>): string[] {
  let schema: unknown = configSchema;
  for (const part of path) {
    schema = typeof part === 'number' ? inner(schema)?.element : inner(schema)?.shape?.[part];
  }
  return Object.keys(inner(schema)?.shape ?? {});
}

interface Inner {
  shape?: Record<string, unknown>;
  element?: unknown;
}

/** The object or array under optional, default and the like. */
function inner(schema: unknown): Inner | undefined {
  let current = schema as { _zod?: { def: { innerType?: unknown } } } & Inner;
  while (current?._zod?.def.innerType) {
    current = current._zod.def.innerType as typeof current;
  }
  return current;
}
