import type { HealthProblem } from '@apitrail/contract';

import { VERSION } from '../config/version';
import type { IngestStatus } from '../ingest/intake/status';
import type { Endpoint } from './endpoint';
import type { ProcessBoard } from './process-board';

/** What is wrong as far as the ingest process sees it. */
export function ingestProblems({ problems }: Pick<IngestStatus, 'problems'>): HealthProblem[] {
  return problems.map(({ code, message }) => ({ code, message }));
}

/** Why nothing is taken in; undefined when it is. */
export function ingestClosed({ closed }: Pick<IngestStatus, 'closed'>): HealthProblem | undefined {
  return closed ?? undefined;
}

/** `GET /api/health` of the ingest listener: what is wrong here, and in the other processes. */
export function ingestHealthEndpoint(status: () => Pick<IngestStatus, 'problems'>, processes: ProcessBoard): Endpoint {
  return {
    method: 'GET',
    path: '/api/health',
    polled: true,
    answer: () => {
      const problems = [...ingestProblems(status()), ...processes.problems()];
      return Promise.resolve({ status: problems.length === 0 ? 'ok' : 'degraded', version: VERSION, problems });
    },
  };
}
