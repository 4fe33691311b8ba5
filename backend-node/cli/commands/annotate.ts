import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  ANNOTATION_KINDS,
  ApitrailError,
  parseAnnotations,
  type AnnotationKind,
  type ErrorBody,
  type PostedAnnotationInput,
} from '@apitrail/contract';
import { Command, InvalidArgumentError } from 'commander';

import { keyFileOption, readKey } from '../read-key';
import { configOption, lakeOption, oneOf, settingsOf, type SettingsOptions } from '../settings-options';
import { parseTime } from '../time-argument';

interface AnnotateOptions extends SettingsOptions {
  kind: AnnotationKind;
  time?: number;
  end?: number;
  text?: string;
  tag: string[];
  service?: string;
  environment?: string;
  serviceVersion?: string;
  id?: string;
  url?: string;
  keyFile?: string;
}

const ATTEMPTS = 3;

/** `apitrail annotate`: marks a moment, through a companion or directly in the lake. */
export function annotateCommand(): Command {
  const now = Date.now();
  const time = (given: string) => {
    const ms = parseTime(given, now);
    if (!Number.isFinite(ms)) {
      throw new InvalidArgumentError('Use now, now-5m, an ISO time or epoch milliseconds.');
    }
    return ms;
  };
  return new Command('annotate')
    .description('mark a deploy, an event or an incident in time')
    .argument('<title>', 'what happened, in one line')
    .option('--kind <kind>', ANNOTATION_KINDS.join(', '), oneOf(ANNOTATION_KINDS), 'event')
    .option('--time <time>', 'when: now-5m, an ISO time or epoch milliseconds (default: now)', time)
    .option('--end <time>', 'when it ended (default: it is a point in time)', time)
    .option('--text <text>', 'more words; links in it can be followed')
    .option('--tag <tag>', 'a tag; may be given several times', (tag: string, tags: string[]) => [...tags, tag], [])
    .option('--service <name>', 'service it is about (default: all)')
    .option('--environment <name>', 'environment it is about (default: all)')
    .option('--service-version <version>', 'version that is deployed')
    .option('--id <id>', 'which annotation it is; the same id again replaces it')
    .option('--url <url>', 'ingest listener of a companion, such as http://127.0.0.1:8586; else the lake is written to')
    .addOption(keyFileOption())
    .addOption(lakeOption())
    .addOption(configOption())
    .addHelpText(
      'after',
      `
Examples:
  apitrail annotate 'Sale begins' --tag marketing --lake ./lake
  apitrail annotate 'Checkout 2.15.0' --kind deploy --service checkout --service-version 2.15.0 --environment production --url https://apitrail.example:8586`
    )
    .action(async (title: string, options: AnnotateOptions) => {
      const annotation = annotationOf(title, options);
      const [parsed] = parseAnnotations(annotation);
      const answer =
        options.url === undefined
          ? { annotations: await writeToLake([parsed!], options) }
          : await post(annotation, options.url, await readKey(options.keyFile));
      process.stdout.write(`${JSON.stringify(answer)}\n`);
    });
}

function annotationOf(title: string, options: AnnotateOptions): PostedAnnotationInput {
  const { id, kind, time, end, text, tag, service, environment, serviceVersion } = options;
  const given = {
    ...{ id, kind, time, timeEnd: end, title, text, tags: tag, service, environment },
    service_version: serviceVersion,
  };
  return Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined)
  ) as unknown as PostedAnnotationInput;
}

async function writeToLake(annotations: ReturnType<typeof parseAnnotations>, options: AnnotateOptions) {
  const { LazyAnnotationStore } = await import('../../annotations/lazy-store');
  const { lake } = await settingsOf(options);
  const store = new LazyAnnotationStore(lake);
  try {
    return await (await store.get()).post(annotations, { now: Date.now() });
  } finally {
    await store.close();
  }
}

/** Posts, again where it is not known whether it arrived: the key makes sure that it counts once. */
async function post(annotation: PostedAnnotationInput, url: string, key: string | undefined): Promise<unknown> {
  const address = addressOf(url);
  const request = {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
      ...(key ? { authorization: `Bearer ${key}` } : {}),
    },
    body: JSON.stringify(annotation),
  };
  for (let attempt = 1; ; attempt++) {
    const answer = await fetch(address, request).catch((error: unknown) => error as Error);
    const busy = answer instanceof Error || answer.status >= 500;
    if (busy && attempt < ATTEMPTS) {
      await sleep(500 * attempt);
      continue;
    }
    if (answer instanceof Error) {
      const reason = answer.cause instanceof Error ? answer.cause.message : answer.message;
      throw new ApitrailError('APITRAIL_NOT_FOUND', `Nothing answers at ${address.origin}: ${reason}.`, {
        where: '--url',
      });
    }
    return read(answer, address);
  }
}

function addressOf(url: string): URL {
  try {
    return new URL('api/annotations', url.endsWith('/') ? url : `${url}/`);
  } catch (error) {
    throw new ApitrailError('APITRAIL_USAGE', `--url must be an address such as http://127.0.0.1:8586, not ${url}.`, {
      where: '--url',
      cause: error,
    });
  }
}

async function read(answer: Response, { origin }: URL): Promise<unknown> {
  const body = await answer.text();
  let parsed: Partial<ErrorBody> | undefined;
  try {
    parsed = JSON.parse(body) as Partial<ErrorBody>;
  } catch {
    parsed = undefined;
  }
  if (answer.ok && parsed) {
    return parsed;
  }
  const { code, message, where } = parsed?.error ?? {};
  throw new ApitrailError(
    (code as ApitrailError['code'] | undefined) ?? 'APITRAIL_NOT_FOUND',
    message ?? `${origin} answered ${answer.status}; it is not the ingest listener of a companion.`,
    where === undefined ? {} : { where }
  );
}
