import { parseAnnotations, type PostedAnnotation } from '@apitrail/contract';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Something planted in the generated traffic, so that what finds it can be scored. Times are epoch milliseconds. */
export interface Incident {
  id: string;
  kind: 'deploy' | 'slow_upstream' | 'scanner' | 'noise';
  title: string;
  from: number;
  to: number;
  services: string[];
  /** `METHOD route` of the endpoints it touches. */
  endpoints: string[];
  /** Who owns it, in the words of the record's `error_owner`. */
  owner: 'own' | 'upstream' | 'client' | 'none';
  /** What a detector should see. */
  effect: string;
}

export interface Plan {
  /** Version of the checkout service before, during and after the bad deploy. */
  versions: readonly [string, string, string];
  deploy: Incident;
  slowUpstream: Incident;
  scanner: Incident;
  healthChecks: Incident;
}

/** Places the incidents in a range of whole days: late enough that there is a normal time before each. */
export function planIncidents(from: number, to: number): Plan {
  const days = Math.max(1, Math.round((to - from) / DAY));
  const dayFromEnd = (back: number) => Math.floor((to - 1) / DAY) * DAY - Math.min(back, days - 1) * DAY;
  const within = (start: number, length: number): [number, number] => {
    const begin = Math.max(from, Math.min(start, to - length));
    return [begin, Math.min(to, begin + length)];
  };

  const [deployFrom, deployTo] = within(dayFromEnd(1) + 18 * HOUR + 10 * MINUTE, HOUR);
  const [slowFrom, slowTo] = within(dayFromEnd(3) + 10 * HOUR, 3 * HOUR);
  const [scanFrom, scanTo] = within(dayFromEnd(2) + 2 * HOUR + 40 * MINUTE, 25 * MINUTE);

  return {
    versions: ['2.14.3', '2.15.0', '2.15.1'],
    deploy: {
      id: 'checkout-deploy',
      kind: 'deploy',
      title: 'Deploy of checkout 2.15.0 breaks the payment step',
      from: deployFrom,
      to: deployTo,
      services: ['checkout'],
      endpoints: ['POST /api/checkout/{id}/payment'],
      owner: 'own',
      effect:
        'About 85 % of payments answer 500 with TypeError; conversion from checkout to payment falls; ends with 2.15.1.',
    },
    slowUpstream: {
      id: 'cardgate-slow',
      kind: 'slow_upstream',
      title: 'The payment provider is slow',
      from: slowFrom,
      to: slowTo,
      services: ['payments', 'checkout'],
      endpoints: ['POST /api/payments', 'POST /api/checkout/{id}/payment'],
      owner: 'upstream',
      effect: 'Calls to api.cardgate.example take about nine times as long; some payments answer 504 after 10 s.',
    },
    scanner: {
      id: 'path-scanner',
      kind: 'scanner',
      title: 'A scanner tries paths that do not exist',
      from: scanFrom,
      to: scanTo,
      services: ['storefront'],
      endpoints: ['GET {unmatched}'],
      owner: 'client',
      effect: 'One client address sends hundreds of requests for paths that are not ours; nearly all answer 404.',
    },
    healthChecks: {
      id: 'noisy-health-check',
      kind: 'noise',
      title: 'Health checks of the catalog run far too often',
      from,
      to,
      services: ['catalog'],
      endpoints: ['GET /health'],
      owner: 'none',
      effect:
        'GET /health of catalog is among the most frequent endpoints, evenly through day and night, from kube-probe.',
    },
  };
}

export function incidentsOf(plan: Plan): Incident[] {
  return [plan.deploy, plan.slowUpstream, plan.scanner, plan.healthChecks];
}

export function during(incident: Incident, time: number): boolean {
  return time >= incident.from && time < incident.to;
}

/**
 * What people of the shop would have posted about it, so that the demo has annotations of every kind: the deploys are seen
 * in the requests.
 */
export function annotationsOf({ slowUpstream, scanner }: Plan): PostedAnnotation[] {
  return parseAnnotations([
    {
      id: 'demo-cardgate-slow',
      kind: 'incident',
      time: slowUpstream.from,
      timeEnd: slowUpstream.to,
      title: 'cardgate is slow',
      text: 'The payment provider confirms it and is working on it: https://status.cardgate.example',
      tags: ['payments', 'third party'],
      service: 'payments',
      environment: 'production',
    },
    {
      id: 'demo-scanner-blocked',
      kind: 'event',
      time: scanner.to,
      title: 'Scanner blocked at the gateway',
      text: 'It had asked for hundreds of paths that are not ours.',
      tags: ['security'],
      service: 'storefront',
      environment: 'production',
    },
  ]);
}
