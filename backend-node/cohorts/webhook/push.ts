import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { ApitrailError, nearest, parseDuration } from '@apitrail/contract';

import { makeDirectory } from '../../lake/durable';
import { acquireLock } from '../../lake/process-lock';
import type { CohortStore } from '../cohort-store';
import type { WebhookConfig } from '../config';
import { inOrder } from '../member-export';
import { DEFAULT_MEMBERS_MS, openMembers, type MemberSource } from '../members';
import { pagesOf } from './pages';
import { isRefusal, postPage, type Patience, type Receiver } from './post';
import { readPlan, removePlan, writePlan, writeTaken, type PushPlan } from './push-plan';
import { pushDirectory, pushName, readPushState, removePushState, writePushState } from './push-state';

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
      const told = { pages: 0, full: false, added: 0, removed: 0 };
      const tell = async (plan: PushPlan, taken: number) => {
        await this.sendPlan(plan, taken, { receiver, folder, file, signal, onPage: () => told.pages++ });
        for (const { action, members: some } of plan.parts) {
          told.full ||= action === 'members';
          told[action === 'remove_members' ? 'removed' : 'added'] += some.length;
        }
      };
      const begun = await readPlan(folder, file);
      const fits = ({ url, unit, size }: PushPlan) =>
        url === webhook.url && unit === cohort.unit && size === webhook.page;
      if (begun && fits(begun.plan)) {
        await tell(begun.plan, begun.taken);
      } else if (begun) {
        await giveUp(folder, file, begun.taken);
      }
      const members = await this.membersOf(name, signal);
      const before = await readPushState(folder, file);
      const known = before?.url === webhook.url && before.unit === cohort.unit ? before : undefined;
      const parts = partsOf(members, known?.members);
      if (parts.length > 0) {
        const { title, description } = cohort;
        const plan: PushPlan = {
          ...{ version: 1, url: webhook.url, unit: cohort.unit, size: webhook.page, parts, members },
          cohort: {
            name,
            ...(title === undefined ? {} : { title }),
            ...(description === undefined ? {} : { description }),
          },
        };
        await writePlan(folder, file, plan);
        await tell(plan, 0);
      }
      return { webhook: webhook.name, cohort: name, members: members.length, ...told };
    } finally {
      await lock.release();
    }
  }

  /** Sends the pages of a plan that the receiver has not taken yet, and keeps after each that it has. */
  private async sendPlan(plan: PushPlan, taken: number, to: PlanReceiver): Promise<void> {
    const { folder, file, receiver, signal } = to;
    let at = 0;
    try {
      for (const { action, session, members } of plan.parts) {
        const cohort = { ...plan.cohort, unit: plan.unit };
        for (const page of pagesOf(cohort, action, members, { session, size: plan.size })) {
          at++;
          if (at > taken) {
            const key = `${session}-${page.parameters.page_info.page_count}`;
            await postPage(receiver, { page, key }, signal, this.options.patience);
            to.onPage();
            await writeTaken(folder, file, plan, at);
          }
        }
      }
    } catch (error) {
      if (isRefusal(error)) {
        await giveUp(folder, file, at - 1);
      }
      throw error;
    }
    const { url, unit, members } = plan;
    await writePushState(folder, file, { version: 1, url, unit, members, at: new Date().toISOString() });
    await removePlan(folder, file);
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

/** Forgets a plan that will not be ended. Who took a part of it has neither what was before nor what is now: it is told all of it. */
async function giveUp(folder: string, file: string, taken: number): Promise<void> {
  if (taken > 0) {
    await removePushState(folder, file);
  }
  await removePlan(folder, file);
}

interface PlanReceiver {
  receiver: Receiver;
  folder: string;
  file: string;
  signal: AbortSignal | undefined;
  /** A page was taken. */
  onPage(): void;
}

/** What is to be told: everybody to who knows nobody, else who came and who went. */
function partsOf(members: string[], known: readonly string[] | undefined): PushPlan['parts'] {
  if (!known) {
    return [{ action: 'members', session: randomUUID(), members }];
  }
  const [there, here] = [new Set(known), new Set(members)];
  const added = members.filter((member) => !there.has(member));
  const removed = known.filter((member) => !here.has(member));
  const parts: PushPlan['parts'] = [
    { action: 'add_members', session: randomUUID(), members: added },
    { action: 'remove_members', session: randomUUID(), members: removed },
  ];
  return parts.filter(({ members: some }) => some.length > 0);
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
