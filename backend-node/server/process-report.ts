import type { HealthProblem } from '@apitrail/contract';
import type { Registry } from 'prom-client';

import type { ProcessRole } from './process-messages';

/** A metric of a process, as prom-client gives it. */
export type ReportedMetric = Awaited<ReturnType<Registry['getMetricsAsJSON']>>[number];

/** What a process says of itself: what `/metrics` and `/api/health` tell, whichever process answers them. */
export interface ProcessReport {
  metrics: ReportedMetric[];
  /** What is wrong in it, and how to mend it. */
  problems: HealthProblem[];
  /** Whether it does what it is there for; `/api/ready` says so. */
  ready: boolean;
}

/** What the supervisor knows of a process. */
export interface ProcessState {
  role: ProcessRole;
  /** `up` once it has said that it is ready, until it ends. */
  state: 'starting' | 'up' | 'down';
  /** How often it was started again. */
  restarts: number;
  /** What it last said; undefined before it said something, and from its end on. */
  report?: ProcessReport;
}
