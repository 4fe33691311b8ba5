import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Answered } from './access-log';
import type { Admission } from './admission';

/** What the query process knows of itself for `/metrics`. */
export class Metrics {
  readonly registry = new Registry();
  readonly contentType = this.registry.contentType;

  private readonly requests = new Histogram({
    name: 'apitrail_http_request_duration_seconds',
    help: 'Requests to the query listener by path, method and status.',
    labelNames: ['path', 'method', 'status'] as const,
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.registry],
  });
  private readonly queries = new Counter({
    name: 'apitrail_queries_total',
    help: 'Queries answered, by type and status.',
    labelNames: ['type', 'status'] as const,
    registers: [this.registry],
  });

  private readonly durations = new Histogram({
    name: 'apitrail_query_duration_seconds',
    help: 'Time a query took, the wait for its turn included, by type.',
    labelNames: ['type'] as const,
    buckets: [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    registers: [this.registry],
  });

  /** `sql` lets SQL of persons in, which has turns of its own. */
  constructor(admission: Admission, sql: Admission, { version, restarts }: { version: string; restarts: number }) {
    collectDefaultMetrics({ register: this.registry });
    const registers = [this.registry];
    new Gauge({
      name: 'apitrail_build_info',
      help: 'Version of the companion.',
      labelNames: ['version'],
      registers,
    }).set({ version }, 1);
    new Gauge({ name: 'apitrail_process_restarts', help: 'Times a process was started again.', registers }).set(
      restarts
    );
    new Gauge({
      name: 'apitrail_queries_running',
      help: 'Heavy queries that run now.',
      registers,
      collect() {
        this.set(admission.load.running);
      },
    });
    new Gauge({
      name: 'apitrail_queries_waiting',
      help: 'Heavy queries that wait for their turn.',
      registers,
      collect() {
        this.set(admission.load.waiting);
      },
    });
    new Gauge({
      name: 'apitrail_sql_running',
      help: 'SQL of persons that runs now.',
      registers,
      collect() {
        this.set(sql.load.running);
      },
    });
    new Gauge({
      name: 'apitrail_sql_waiting',
      help: 'SQL of persons that waits for its turn.',
      registers,
      collect() {
        this.set(sql.load.waiting);
      },
    });
  }

  onAnswer({ method, path, status, seconds }: Answered): void {
    this.requests.observe({ method, path, status: String(status) }, seconds);
  }

  /** Counts a query. Only known types become labels: what a caller makes up must not. */
  onQuery(type: string, status: number): void {
    this.queries.inc({ type, status: String(status) });
  }

  /** Times a query; call what it gives when the query has ended. */
  startQuery(type: string): () => void {
    return this.durations.startTimer({ type });
  }
}
