import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { ApitrailError, nearest, parseDuration } from '@apitrail/contract';

import { makeDirectory } from '../../lake/durable';
import { acquireLock } from '../../lake/process-lock';
import type { CohortStore } from '../cohort-store';
import type { WebhookConfig } from '../config';
import { inOrder } from '../member-export';
import { DEFAULT_MEMBERS_MS, openMembers, type MemberSource } from '../members';
import { pagesOf, type PageAction } from './pages';
import { postPage, type Patience, type Receiver } from './post';
import { pushDirectory, pushName, readPushState, writePushState } from './push-state';

/** Most members of a cohort that is pushed. */
export const MOST_PUSHED_MEMBERS = 1_000_000;

/** What a receiver was told of a cohort. */
export interface PushOutcome {
  webhook: string;
  cohort: string;
  /** How many members the cohort has. */
  members: number;
  /** Whether the receiver was told all of them; else it was told who came and who went. */
  full: boolean;
  added: number;
  removed: number;
  /** Pages that were posted; 0 where there was nothing new. */
  pages: number;
}

export interface PusherOptions {
  lake: string;
  webhooks: readonly WebhookConfig[];
  store: CohortStore;
  source: MemberSource;
  /** Lets work in when there is room for it. */
  admit?: <T>(work: () => Promise<T>) => Promise<T>;
  patience?: Patience;
}

/** Tells receivers who is in cohorts: all of them the first time, then who came and went. */
export class CohortPusher {
  constructor(private readonly options: PusherOptions) {}

  /**
   * Pushes a cohort to the webhook of a name, or to all that have the cohort. Throws an ApitrailError: there is no such webhook, or one
   * did not take it.
   */
  async push(cohort: string, webhook: string | undefined, signal?: AbortSignal): Promise<PushOutcome[]> {
    const outcomes: PushOutcome[] = [];
    for (const one of this.webhooksFor(cohort, webhook)) {
      outcomes.push(await this.pushTo(one, cohort, signal));
    }
    return outcomes;
  }

  /** Pushes all cohorts of a webhook. One that fails does not keep the others; its error is thrown in the end. */
  async pushAll(webhook: WebhookConfig, signal?: AbortSignal): Promise<PushOutcome[]> {
    const outcomes: PushOutcome[] = [];
    const failures: unknown[] = [];
    for (const cohort of webhook.cohorts) {
      try {
        outcomes.push(await this.pushTo(webhook, cohort, signal));
      } catch (error) {
        signal?.throwIfAborted();
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
    return outcomes;
  }

  private webhooksFor(cohort: string, name: string | undefined): WebhookConfig[] {
    const { webhooks } = this.options;
    if (name !== undefined) {
      const webhook = webhooks.find((one) => one.name === name);
      if (!webhook) {
        const known = webhooks.map((one) => one.name);
        const near = nearest(name, known);
        const help = near ? `Did you mean ${near}?` : known.length > 0 ? `There is: ${known.join(', ')}.` : NO_WEBHOOKS;
        throw new ApitrailError('APITRAIL_BAD_VALUE', `There is no webhook ${JSON.stringify(name)}. ${help}`, {
          where: 'webhook',
        });
      }
      return [webhook];
    }
    const having = webhooks.filter(({ cohorts }) => cohorts.includes(cohort));
    if (having.length === 0) {
      const why = webhooks.length === 0 ? NO_WEBHOOKS : 'Name one, or add the cohort to its cohorts in apitrail.yaml.';
      throw new ApitrailError('APITRAIL_BAD_VALUE', `No webhook has the cohort ${cohort}. ${why}`, {
        where: 'webhook',
      });
    }
    return having;
  }

  private async pushTo(webhook: WebhookConfig, name: string, signal: AbortSignal | undefined): Promise<PushOutcome> {
    const { lake, store } = this.options;
    const cohort = await store.get(name);
    const receiver = await receiverOf(webhook);
    const folder = pushDirectory(lake);
    const file = pushName(webhook.name, name);
    await makeDirectory(folder);
    const lock = await acquireLock(folder, {
      name: file,
      holder: `push of ${name} to ${webhook.name}`,
      advice: 'Wait until it has ended.',
    });
    try {
      const members = await this.membersOf(name, signal);
      const before = await readPushState(folder, file);
      const known = before?.url === webhook.url && before.unit === cohort.unit ? before : undefined;
      let pages = 0;
      const send = async (action: PageAction, some: readonly string[]) => {
        for (const page of pagesOf(cohort, action, some, { session: randomUUID(), size: webhook.page })) {
          await postPage(receiver, page, signal, this.options.patience);
          pages++;
        }
      };
      const outcome = { webhook: webhook.name, cohort: name, members: members.length };
      const state = { version: 1 as const, url: webhook.url, unit: cohort.unit, members };
      if (!known) {
        await send('members', members);
        await writePushState(folder, file, { ...state, at: new Date().toISOString() });
        return { ...outcome, full: true, added: members.length, removed: 0, pages };
      }
      const [there, here] = [new Set(known.members), new Set(members)];
      const added = members.filter((member) => !there.has(member));
      const removed = known.members.filter((member) => !here.has(member));
      for (const [action, some] of [
        ['add_members', added],
        ['remove_members', removed],
      ] as const) {
        if (some.length > 0) {
          await send(action, some);
        }
      }
      if (pages > 0) {
        await writePushState(folder, file, { ...state, at: new Date().toISOString() });
      }
      return { ...outcome, full: false, added: added.length, removed: removed.length, pages };
    } finally {
      await lock.release();
    }
  }

  private async membersOf(name: string, signal: AbortSignal | undefined): Promise<string[]> {
    const { store, source, admit = (work) => work() } = this.options;
    const cohort = await store.get(name);
    return admit(async () => {
      const now = Date.now();
      const range = { from: now - DEFAULT_MEMBERS_MS, to: now };
      const open = await openMembers(cohort, { dataset: 'requests', ...range, now, signal }, source);
      try {
        if (open.members.size > MOST_PUSHED_MEMBERS) {
          throw new ApitrailError(
            'APITRAIL_RESULT_TOO_LARGE',
            `The cohort ${name} has ${open.members.size.toLocaleString('en')} members; at most ${MOST_PUSHED_MEMBERS.toLocaleString('en')} are pushed.`,
            { where: name }
          );
        }
        const table = await source.engine.run(inOrder(open.members.relation, cohort.unit), signal ? { signal } : {});
        return table.values[0] as string[];
      } finally {
        await open.release();
      }
    });
  }
}

const NO_WEBHOOKS = 'The configuration has none: add one to apitrail.yaml, under cohorts.webhooks.';

async function receiverOf({
  url,
  secret,
  secret_file: file,
  timeout,
  allow_http,
  name,
}: WebhookConfig): Promise<Receiver> {
  const rest = { url: new URL(url), timeoutMs: parseDuration(timeout), allowHttp: allow_http };
  if (secret !== undefined) {
    return { ...rest, secret };
  }
  try {
    const text = (await readFile(file!, 'utf8')).trim();
    if (text.length < 16) {
      throw new Error('it must hold at least 16 characters');
    }
    return { ...rest, secret: text };
  } catch (error) {
    throw new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `The secret of the webhook ${name} cannot be read from ${file}: ${(error as Error).message}.`,
      { where: file!, cause: error }
    );
  }
}
