import type { HealthProblem } from '@apitrail/contract';

import type { Settings } from '../config/settings';
import { REPORT_INTERVAL_MS, type ProcessRole } from './process-messages';
import type { ProcessState, ReportedMetric } from './process-report';

/** A process that said nothing for this long hangs. */
const SILENT_MS = 5 * REPORT_INTERVAL_MS;

/** What a process is there for, and what its absence means. */
const WITHOUT: Record<ProcessRole, string> = {
  query: 'queries are not answered',
  ingest: 'nothing is taken in',
  maintenance: 'small files are not put together, and retention is not kept to',
};

interface Entry {
  state: ProcessState;
  /** When it was last told, milliseconds of a clock that cannot be set. */
  at: number;
}

/** How a process is, as seen from another. */
export interface ProcessView extends ProcessState {
  /** Since it last said something, seconds; undefined when it has not yet. */
  ageSeconds: number | undefined;
}

/** What the other processes of the companion last said of themselves, kept by each process that listens. */
export class ProcessBoard {
  private readonly entries = new Map<ProcessRole, Entry>();
  private readonly expected: ProcessRole[];
  private readonly began: number;

  /** `own` is the process that keeps it. */
  constructor(
    own: ProcessRole,
    { maintenance }: Pick<Settings, 'maintenance'>,
    private readonly now: () => number = () => performance.now()
  ) {
    const roles: ProcessRole[] = ['ingest', 'query', ...(maintenance.enabled ? (['maintenance'] as const) : [])];
    this.expected = roles.filter((role) => role !== own);
    this.began = now();
  }

  put(state: ProcessState): void {
    this.entries.set(state.role, { state, at: this.now() });
  }

  /** The others, whether they have said something or not. */
  views(): ProcessView[] {
    return this.expected.map((role) => {
      const entry = this.entries.get(role);
      const state: ProcessState = entry?.state ?? { role, state: 'starting', restarts: 0 };
      return { ...state, ageSeconds: entry?.state.report && (this.now() - entry.at) / 1000 };
    });
  }

  /** What is wrong in the others, and with them. */
  problems(): HealthProblem[] {
    return this.views().flatMap(({ role, state, restarts, report, ageSeconds }) => {
      if (state !== 'up' && (restarts > 0 || this.now() - this.began > SILENT_MS)) {
        return [
          {
            code: 'APITRAIL_PROCESS_DOWN',
            message: `The ${role} process does not run, so ${WITHOUT[role]}. It is started again by itself (${restarts} times so far); the log says why it ended.`,
          },
        ];
      }
      const hangs: HealthProblem[] =
        ageSeconds !== undefined && ageSeconds * 1000 > SILENT_MS
          ? [
              {
                code: 'APITRAIL_PROCESS_SILENT',
                message: `The ${role} process has said nothing for ${Math.round(ageSeconds)} seconds. After 30 seconds it is started again by itself.`,
              },
            ]
          : [];
      return [...hangs, ...(report?.problems ?? [])];
    });
  }

  /** Whether a process does what it is there for, as it last said. */
  isReady(role: ProcessRole): boolean {
    const view = this.views().find((one) => one.role === role);
    return view?.state === 'up' && view.report?.ready === true && view.ageSeconds! * 1000 <= SILENT_MS;
  }

  /** Whether a process is known to have ended and is not back, or says nothing any more. */
  isInterrupted(role: ProcessRole): boolean {
    const entry = this.entries.get(role);
    return (
      entry !== undefined &&
      (entry.state.state !== 'up' || (entry.state.report !== undefined && this.now() - entry.at > SILENT_MS))
    );
  }

  /** The metrics of the others, with the name of the process. */
  metrics(): Array<{ role: ProcessRole; metrics: ReportedMetric[] }> {
    return this.views().flatMap(({ role, report }) => (report ? [{ role, metrics: report.metrics }] : []));
  }
}
