import { KeyVerifier } from '../access/key-verifier';
import { LazyAnnotationStore } from '../annotations/lazy-store';
import { VERSION } from '../config/version';
import { annotationEndpoints, type AnnotationSink } from './annotation-endpoints';
import type { Service, ServiceContext } from './child-process';
import { createListener, listen, type Endpoint } from './listener';

/** What the ingest listener answers to. */
export function ingestEndpoints(annotations: () => Promise<AnnotationSink>): Endpoint[] {
  return [
    {
      method: 'GET',
      path: '/api/health',
      polled: true,
      answer: () => Promise.resolve({ status: 'ok', version: VERSION, problems: [] }),
    },
    ...annotationEndpoints(annotations),
  ];
}

/** Starts the ingest listener. */
export async function startIngestService({ settings, listen: address, log }: ServiceContext): Promise<Service> {
  const annotations = new LazyAnnotationStore(settings.lake, log);
  const app = createListener({
    gate: {
      scope: 'ingest',
      verifier: settings.no_auth ? undefined : new KeyVerifier(settings.keysFile),
      allowedHosts: settings.allowed_hosts,
      allowedOrigins: settings.allowed_origins,
    },
    endpoints: ingestEndpoints(() => annotations.get()),
    log,
    bodyLimit: settings.limits.requestBytes,
  });
  return {
    listen: await listen(app, address, 'ingest_listen'),
    stop: async () => {
      await app.close();
      await annotations.close();
    },
  };
}
