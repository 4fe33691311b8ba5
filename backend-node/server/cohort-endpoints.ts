import { ApitrailError, parseCohort, timeField } from '@apitrail/contract';

import type { CohortStore } from '../cohorts/cohort-store';
import { exportMembers } from '../cohorts/member-export';
import { DEFAULT_MEMBERS_MS, openMembers, type MemberSource } from '../cohorts/members';
import type { PushOutcome } from '../cohorts/webhook/push';
import { EXPORT_FORMATS, exportFormat } from '../export/formats';
import { requireAdmin } from './administer';
import { attachment } from './attachment';
import type { Ask, Endpoint } from './endpoint';

export interface CohortEndpointOptions {
  store: CohortStore;
  source: MemberSource;
  /** Where Parquet files lie until they were read. */
  folder: string;
  /** Whether keys are asked for. */
  keys: boolean;
  /** Lets work in when there is room for it, with a signal that ends it. */
  admit<T>(ask: Ask, work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Pushes a cohort to a webhook of the configuration, or to all that have it. */
  push(cohort: string, webhook: string | undefined, ask: Ask): Promise<PushOutcome[]>;
}

const MEMBER_PARAMETERS = ['from', 'to', 'dataset', 'format', 'limit'] as const;

/** `/api/cohorts`, and the same under `/api/resources`, where Grafana’s forwarder asks. */
export function cohortEndpoints(options: CohortEndpointOptions): Endpoint[] {
  return ['/api/cohorts', '/api/resources/cohorts'].flatMap((path) => endpointsAt(path, options));
}

function endpointsAt(path: string, options: CohortEndpointOptions): Endpoint[] {
  const { store, keys } = options;
  return [
    { method: 'GET', path, answer: () => store.list() },
    { method: 'GET', path: `${path}/:name`, answer: ({ params }) => found(store, params.name!) },
    {
      method: 'PUT',
      path: `${path}/:name`,
      answer: async (ask) => {
        requireAdmin(ask.caller, keys);
        const { cohort, created } = await store.save(parseCohort(ask.body, ask.params.name), whoIs(ask));
        ask.note({ cohort: cohort.name });
        ask.status(created ? 201 : 200);
        return cohort;
      },
    },
    {
      method: 'DELETE',
      path: `${path}/:name`,
      answer: async (ask) => {
        requireAdmin(ask.caller, keys);
        const { name } = await found(store, ask.params.name!);
        await store.delete(name);
        ask.note({ cohort: name });
        return { deleted: name };
      },
    },
    { method: 'GET', path: `${path}/:name/members`, stream: true, answer: (ask) => answerMembers(ask, options) },
    {
      method: 'POST',
      path: `${path}/:name/push`,
      answer: async (ask) => {
        requireAdmin(ask.caller, keys);
        const { name } = await found(store, ask.params.name!);
        const webhook = webhookOf(ask.body);
        ask.note({ cohort: name });
        return { pushed: await options.push(name, webhook, ask) };
      },
    },
  ];
}

/** The cohort of a name; 404 where the address names none. */
async function found(store: CohortStore, name: string) {
  try {
    return await store.get(name);
  } catch (error) {
    throw error instanceof ApitrailError && error.code === 'APITRAIL_UNKNOWN_COHORT'
      ? new ApitrailError('APITRAIL_NOT_FOUND', error.message.replace(/^name: t/, 'T'), { where: 'name', cause: error })
      : error;
  }
}

/** Who saves, as far as is known. */
function whoIs({ caller: { identity, key } }: Ask): string | undefined {
  return (identity?.subject ?? '') || key?.name;
}

async function answerMembers(ask: Ask, options: CohortEndpointOptions): Promise<unknown> {
  const { store, source, folder } = options;
  const cohort = await found(store, ask.params.name!);
  const unknown = Object.keys(ask.query).find((name) => !MEMBER_PARAMETERS.some((known) => known === name));
  if (unknown !== undefined) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_FIELD',
      `There is no parameter ${JSON.stringify(unknown)}. Members take ${MEMBER_PARAMETERS.join(', ')}.`,
      { where: unknown }
    );
  }
  const format = exportFormat(ask.query.format, 'json');
  const limit = limitOf(ask.query.limit);
  const now = Date.now();
  const range = rangeOf(ask.query, now);
  const dataset = ask.query.dataset ?? 'requests';
  const stream = await options.admit(ask, async (signal) => {
    const open = await openMembers(cohort, { dataset, ...range, now, signal }, source);
    ask.note({ cohort: cohort.name, members: open.members.size });
    return exportMembers(cohort, open, format, { engine: source.engine, folder, limit, signal: ask.signal });
  });
  ask.header('content-type', EXPORT_FORMATS[format]);
  ask.header('content-disposition', attachment(cohort.name, format));
  return stream;
}

function limitOf(text: string | undefined): number | undefined {
  const limit = text === undefined ? undefined : Number(text);
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 1)) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      `limit must be a whole number above 0, not ${JSON.stringify(text)}.`,
      {
        where: 'limit',
      }
    );
  }
  return limit;
}

/** The range that is asked for; the last 30 days where nothing is. */
export function rangeOf(given: { from?: string; to?: string }, now: number): { from: number; to: number } {
  const to = given.to === undefined ? now : timeOf(given.to, 'to');
  const from = given.from === undefined ? to - DEFAULT_MEMBERS_MS : timeOf(given.from, 'from');
  if (from >= to) {
    throw new ApitrailError('APITRAIL_BAD_RANGE', `The range is empty: from (${from}) must lie before to (${to}).`, {
      where: 'from',
    });
  }
  return { from, to };
}

function timeOf(text: string, where: string): number {
  const read = timeField.safeParse(/^-?\d+$/.test(text) ? Number(text) : text);
  if (!read.success) {
    throw new ApitrailError(
      'APITRAIL_BAD_RANGE',
      `${where} ${read.error.issues[0]!.message}, not ${JSON.stringify(text)}.`,
      {
        where,
      }
    );
  }
  return read.data;
}

function webhookOf(body: unknown): string | undefined {
  if (body === undefined || body === null) {
    return undefined;
  }
  const { webhook, ...rest } = typeof body === 'object' ? (body as Record<string, unknown>) : { body };
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined || (webhook !== undefined && typeof webhook !== 'string')) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'The body must be {"webhook":"NAME"}, the name of a webhook of the configuration, or empty.',
      { where: unknown ?? 'webhook' }
    );
  }
  return webhook;
}
