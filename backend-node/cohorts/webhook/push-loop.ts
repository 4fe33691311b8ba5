import { parseDuration, type HealthProblem } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { Settings } from '../../config/settings';
import { openDuckDb } from '../../engine/duckdb';
import { openWorkDirectory } from '../../lake/work-directory';
import { TaskLoop, type Task } from '../../maintenance/task-loop';
import { openDatasets } from '../../server/datasets';
import { PseudonymSource } from '../../server/pseudonyms';
import { CohortStore } from '../cohort-store';
import type { WebhookConfig } from '../config';
import { CohortPusher, type PushOutcome } from './push';

/** Pushes the cohorts of every webhook of the configuration, again and again, each when its time has come. */
export class PushLoop {
  private readonly loop: TaskLoop | undefined;

  constructor(
    private readonly settings: Settings,
    log: Pick<Logger, 'info' | 'warn'>
  ) {
    const tasks = settings.cohorts.webhooks.map((webhook): Task => ({
      name: webhook.name,
      intervalMs: parseDuration(webhook.every),
      run: (signal) => this.push(webhook, signal),
    }));
    this.loop = tasks.length > 0 ? new TaskLoop(tasks, log) : undefined;
  }

  start(): void {
    this.loop?.start();
  }

  async stop(): Promise<void> {
    await this.loop?.stop();
  }

  /** What is wrong, and how to mend it. */
  problems(): HealthProblem[] {
    return (this.loop?.current() ?? []).flatMap(({ name, error }) =>
      error && error.code !== 'APITRAIL_LAKE_BUSY'
        ? [{ code: error.code, message: `Cohorts are not pushed to the webhook ${name}: ${error.message}` }]
        : []
    );
  }

  private async push(webhook: WebhookConfig, signal: AbortSignal): Promise<Record<string, unknown> | undefined> {
    const pushed = await withPusher(this.settings, (pusher) => pusher.pushAll(webhook, signal));
    const told = pushed.filter(({ pages }) => pages > 0);
    return told.length > 0 ? { pushed: told } : undefined;
  }
}

/** Pushes with an engine of its own, which takes no more than maintenance may. */
export async function withPusher(
  settings: Settings,
  work: (pusher: CohortPusher) => Promise<PushOutcome[]>
): Promise<PushOutcome[]> {
  const { lake, maintenance, cohorts, privacy } = settings;
  const folder = await openWorkDirectory(lake);
  const engine = await openDuckDb({
    threads: maintenance.threads,
    memoryLimit: `${maintenance.memory}B`,
    tempDirectory: folder.path,
  });
  try {
    const store = new CohortStore(lake, cohorts.saved);
    const pseudonyms = new PseudonymSource(privacy);
    const datasets = openDatasets(settings, engine);
    return await work(
      new CohortPusher({
        ...{ lake, webhooks: cohorts.webhooks, store },
        source: { engine, datasets, cohorts: store, pseudonyms: () => pseudonyms.current() },
      })
    );
  } finally {
    await engine.close();
    await folder.close();
  }
}
