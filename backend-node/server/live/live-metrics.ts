import { Counter, Gauge, type Registry } from 'prom-client';

import type { LiveStreams } from './live-streams';

/** What `/metrics` says of live streams. */
export function registerLiveMetrics(registry: Registry, streams: LiveStreams): void {
  new Gauge({
    name: 'apitrail_live_streams',
    help: 'Live streams that are open.',
    registers: [registry],
    collect() {
      this.set(streams.count);
    },
  });
  new Counter({
    name: 'apitrail_live_streams_opened_total',
    help: 'Live streams that were opened.',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(streams.opened);
    },
  });
}
