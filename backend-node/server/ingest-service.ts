import { KeyVerifier } from '../access/key-verifier';
import { LazyAnnotationStore } from '../annotations/lazy-store';
import { LazyIntake } from '../ingest/intake/lazy-intake';
import type { IngestStatus } from '../ingest/intake/status';
import { PROTOCOLS } from '../ingest/protocols/registry';
import { annotationEndpoints, type AnnotationSink } from './annotation-endpoints';
import type { Service, ServiceContext } from './child-process';
import { ingestClosed, ingestHealthEndpoint, ingestProblems } from './ingest-health';
import { IngestMetrics } from './ingest-metrics';
import type { Endpoint } from './endpoint';
import { listen } from './listen';
import { createListener } from './listener';
import type { ProcessBoard } from './process-board';
import { readyEndpoint } from './ready';

/** What the ingest listener answers to. */
export function ingestEndpoints(
  annotations: () => Promise<AnnotationSink>,
  status: () => Pick<IngestStatus, 'problems' | 'closed'>,
  processes: ProcessBoard
): Endpoint[] {
  return [
    ingestHealthEndpoint(status, processes),
    readyEndpoint(() => Promise.resolve(ingestClosed(status()))),
    ...annotationEndpoints(annotations),
  ];
}

/** Starts the ingest listener. */
export async function startIngestService({
  settings,
  listen: address,
  processes,
  log,
}: ServiceContext): Promise<Service> {
  const annotations = new LazyAnnotationStore(settings.lake, log);
  const intake = new LazyIntake({ settings, log });
  const status = (): IngestStatus => intake.status();
  const metrics = new IngestMetrics();
  await intake.start();
  const app = createListener({
    gate: {
      scope: 'ingest',
      verifier: settings.no_auth ? undefined : new KeyVerifier(settings.keysFile),
      allowedHosts: settings.allowed_hosts,
      allowedOrigins: settings.allowed_origins,
    },
    endpoints: ingestEndpoints(() => annotations.get(), status, processes),
    ingest: { protocols: PROTOCOLS, intake, memory: intake, requestBytes: settings.ingest.request_bytes },
    log,
    bodyLimit: settings.limits.requestBytes,
    // A body of the largest size comes in time at half a megabyte a second.
    requestTimeoutMs: 120_000,
  });
  return {
    listen: await listen(app, address!, 'ingest_listen'),
    report: async () => {
      const now = status();
      return {
        metrics: await metrics.read(now),
        problems: ingestProblems(now),
        ready: ingestClosed(now) === undefined,
      };
    },
    stop: async () => {
      // From now on senders are told to try again; what is under way is answered.
      const closed = intake.close();
      await app.close();
      await closed;
      await annotations.close();
    },
  };
}
