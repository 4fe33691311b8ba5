import { during, type Plan } from './incidents';
import { Random } from './random';
import { versionAt } from './respond';
import type { DemoRow } from './row';
import { SERVICES, type ServiceName } from './shop';

/** Paths scanners try, whatever the site is. */
const SCANNED = [
  '/wp-login.php',
  '/.env',
  '/.git/config',
  '/phpmyadmin/index.php',
  '/admin/login',
  '/server-status',
  '/actuator/env',
  '/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php',
  '/cgi-bin/luci',
  '/backup.zip',
  '/config.json',
  '/api/v1/pods',
  '/solr/admin/info/system',
  '/owa/auth/logon.aspx',
  '/HNAP1',
  '/boaform/admin/formLogin',
  '/.aws/credentials',
  '/xmlrpc.php',
] as const;

/** The health checks of a range: of the catalog every `catalogEvery` milliseconds, of the other services ten times as rarely. */
export function* healthChecks(
  from: number,
  to: number,
  catalogEvery: number,
  plan: Plan,
  seed: number
): Generator<DemoRow> {
  for (const [index, service] of SERVICES.entries()) {
    const every = service === 'catalog' ? catalogEvery : catalogEvery * 10;
    const random = new Random(seed, 3, index, from);
    for (let time = Math.ceil(from / every) * every; time < to; time += every) {
      yield {
        ...machineRow(service, time + random.next() * 50, plan),
        method: 'GET',
        route: '/health',
        path: '/health',
        status: random.chance(0.0005) ? 503 : 200,
        duration_ms: Math.round(random.logNormal(1.4, 0.4) * 1000) / 1000,
        response_bytes: 15,
        client_ip: '10.0.0.0',
        user_agent: 'kube-probe/1.35',
        instance: `${service}-${random.integer(1, 3)}`,
        auth_scheme: 'none',
        route_source: 'sender',
      };
    }
  }
}

/** The scanner’s requests that fall in the range. */
export function* scanner(from: number, to: number, requests: number, plan: Plan, seed: number): Generator<DemoRow> {
  const { scanner: incident } = plan;
  const random = new Random(seed, 4);
  const step = (incident.to - incident.from) / requests;
  for (let index = 0; index < requests; index++) {
    const time = incident.from + (index + random.next()) * step;
    const path = random.pick(SCANNED);
    const suffix = random.chance(0.5) ? '' : `?${random.hex(4)}`;
    const status = random.weighted([
      [404, 0.95],
      [403, 0.03],
      [400, 0.02],
    ]);
    const duration = random.logNormal(3, 0.5);
    if (time >= from && time < to && during(incident, time)) {
      yield {
        ...machineRow('storefront', time, plan),
        method: 'GET',
        route: '{unmatched}',
        path: suffix ? path.replace(/(\.\w+)?$/, `-${suffix.slice(1)}$1`) : path,
        status,
        duration_ms: Math.round(duration * 1000) / 1000,
        response_bytes: 162,
        client_ip: '203.0.113.0',
        user_agent: 'Mozilla/5.0 zgrab/0.x',
        auth_scheme: 'none',
        auth_result: status === 403 ? 'refused' : undefined,
        route_source: 'classifier',
      } as DemoRow;
    }
  }
}

function machineRow(service: ServiceName, time: number, plan: Plan) {
  return {
    time: Math.round(time * 1000),
    service,
    service_version: versionAt(service, time, plan),
    environment: 'production',
    region: 'eu-central-1',
    direction: 'server' as const,
    scheme: 'http',
    protocol: '1.1',
    source: 'demo',
  };
}
