import { AggregatorRegistry, Gauge, Registry } from 'prom-client';

import type { ProcessRole } from './process-messages';
import type { ProcessBoard } from './process-board';
import type { ReportedMetric } from './process-report';

/**
 * The metrics of all processes as one text in the Prometheus format: what each says, with its name as the label `process`.
 * Those of a process that ended are gone until it is back; of one that hangs the last are there, and how old they are.
 */
export async function mergedMetrics(own: Registry, role: ProcessRole, board: ProcessBoard): Promise<string> {
  const all = [
    labelled(role, await own.getMetricsAsJSON()),
    labelled(undefined, await ofProcesses(role, board).getMetricsAsJSON()),
    ...board.metrics().map((one) => labelled(one.role, one.metrics)),
  ];
  return AggregatorRegistry.aggregate(all).metrics();
}

function ofProcesses(own: ProcessRole, board: ProcessBoard): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: ['process'], registers: [registry] });
  const up = gauge('apitrail_process_up', 'Whether a process of the companion runs.');
  const restarts = gauge('apitrail_process_restarts', 'Times a process was started again.');
  const age = gauge(
    'apitrail_process_report_age_seconds',
    'Since a process last said how it is: its metrics are so old.'
  );
  up.set({ process: own }, 1);
  age.set({ process: own }, 0);
  for (const view of board.views()) {
    const labels = { process: view.role };
    up.set(labels, view.state === 'up' ? 1 : 0);
    restarts.set(labels, view.restarts);
    if (view.ageSeconds !== undefined) {
      age.set(labels, view.ageSeconds);
    }
  }
  return registry;
}

function labelled(role: ProcessRole | undefined, metrics: readonly ReportedMetric[]): ReportedMetric[] {
  if (role === undefined) {
    return [...metrics];
  }
  return metrics.map((metric) => ({
    ...metric,
    values: metric.values.map((value) => ({ ...value, labels: { process: role, ...value.labels } })),
  }));
}
