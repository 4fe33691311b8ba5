import { endpointOf, THIRD_PARTY, type Endpoint, type ServiceName } from './shop';
import { during, type Plan } from './incidents';
import type { Customer } from './people';
import type { Random } from './random';
import type { DemoRow } from './row';

/** Who makes the requests of a visit, and as whom. */
export interface Visitor {
  person: Customer;
  session: string;
  signedIn: boolean;
}

/** Values for the parameters of a route, by name. */
export type RouteValues = Readonly<Record<string, string>>;

const INSTANCES = 3;

/** The instance a request lands on: the same for everybody at the same moment would hide imbalance, so it is drawn. */
function instanceOf(service: ServiceName, random: Random): string {
  return `${service}-${random.weighted([
    [1, 0.38],
    [2, 0.36],
    [INSTANCES, 0.26],
  ])}`;
}

/** The version of a service at that time. */
export function versionAt(service: ServiceName, time: number, plan: Plan): string {
  if (service !== 'checkout') {
    return { storefront: '5.2.0', catalog: '3.9.4', cart: '1.17.2', payments: '4.0.6', accounts: '2.3.1' }[service];
  }
  const [before, bad, mended] = plan.versions;
  return time < plan.deploy.from ? before : time < plan.deploy.to ? bad : mended;
}

/**
 * One request of a visitor, answered as the shop would answer it then: latency, failures and what is planted. Gives the
 * row of the request, and those of the calls it causes.
 */
export function respond(
  name: string,
  time: number,
  visitor: Visitor,
  values: RouteValues,
  plan: Plan,
  random: Random
): DemoRow[] {
  const { service, endpoint } = endpointOf(name);
  const trace = random.hex(32);
  const row = describe(service, endpoint, time, visitor, values, plan, random, trace);
  const rows = [row];

  if (name === 'POST /api/checkout/{id}/payment') {
    const [payment, charge] = payThrough(row, visitor, plan, random, trace);
    rows.push(payment, charge);
    row.duration_ms = Math.max(row.duration_ms, payment.duration_ms + random.exponential(25));
    row.upstream_host = 'payments';
    row.upstream_duration_ms = payment.duration_ms;
    row.upstream_status = payment.status;
    if (payment.status !== undefined && payment.status >= 400) {
      row.status = payment.status === 402 ? 402 : 502;
      explain(row);
    }
    if (during(plan.deploy, time) && random.chance(0.85)) {
      row.status = 500;
      row.duration_ms = random.logNormal(35, 0.3);
      row.error_type = 'TypeError';
      row.error_message = "Cannot read properties of undefined (reading 'installments')";
    }
  }
  if (visitor.person.device === 'partner' && row.status === 200 && random.chance(0.004)) {
    row.status = 429;
    row.duration_ms = 2 + random.exponential(1);
    explain(row);
  }
  for (const each of rows) {
    each.duration_ms = round(each.duration_ms);
    if (each.upstream_duration_ms !== undefined) {
      each.upstream_duration_ms = round(each.upstream_duration_ms);
    }
  }
  return rows;
}

function describe(
  service: ServiceName,
  endpoint: Endpoint,
  time: number,
  visitor: Visitor,
  values: RouteValues,
  plan: Plan,
  random: Random,
  trace: string
): DemoRow {
  const { person, session, signedIn } = visitor;
  const status = statusOf(endpoint, random);
  const row: DemoRow = {
    time: Math.round(time * 1000),
    duration_ms: random.logNormal(endpoint.median, endpoint.sigma) * (status >= 500 ? 1.6 : 1),
    service,
    service_version: versionAt(service, time, plan),
    environment: 'production',
    instance: instanceOf(service, random),
    region: person.region,
    direction: 'server',
    method: endpoint.method,
    route: endpoint.route,
    path: fill(endpoint.route, values),
    scheme: 'https',
    protocol: person.device === 'partner' ? '1.1' : '2',
    host: 'shop.example',
    status,
    request_bytes: endpoint.method === 'GET' || endpoint.method === 'DELETE' ? 0 : random.integer(80, 1200),
    response_bytes:
      status >= 400 ? random.integer(60, 220) : Math.round(endpoint.responseBytes * (0.6 + 0.8 * random.next())),
    session,
    session_source: 'given',
    client_ip: person.clientIp,
    user_agent: person.userAgent,
    auth_scheme: person.device === 'partner' ? 'api_key' : signedIn ? 'jwt' : 'cookie',
    auth_result: status === 401 ? 'missing' : status === 403 ? 'refused' : 'granted',
    tls_version: '1.3',
    trace_id: trace,
    span_id: random.hex(16),
    request_id: random.hex(20),
    source: 'demo',
    route_source: 'sender',
    attributes: { device: person.device, currency: person.currency },
  };
  if (signedIn) {
    row.customer = person.id;
    row.account = person.account;
  }
  if (endpoint.audit) {
    row.action = endpoint.audit.action;
    row.object_type = endpoint.audit.objectType;
    row.object_id = values.id ?? (signedIn ? person.id : undefined);
  }
  explain(row);
  return row;
}

function statusOf(endpoint: Endpoint, random: Random): number {
  let draw = random.next();
  for (const [status, share] of Object.entries(endpoint.clientErrors ?? {})) {
    draw -= share;
    if (draw < 0) {
      return Number(status);
    }
  }
  const failure = random.next();
  if (failure < 0.0012) {
    return 500;
  }
  if (failure < 0.0016) {
    return 503;
  }
  if (failure < 0.0022) {
    return 499;
  }
  return endpoint.method === 'POST' && endpoint.audit?.action === 'create'
    ? 201
    : endpoint.responseBytes === 0
      ? 204
      : 200;
}

/** The payment the checkout asks of the payments service, and the charge that asks of the provider. */
function payThrough(parent: DemoRow, visitor: Visitor, plan: Plan, random: Random, trace: string): [DemoRow, DemoRow] {
  const at = parent.time / 1000 + 5 + random.exponential(4);
  const { endpoint } = endpointOf('POST /api/payments');
  const payment = describe('payments', endpoint, at, visitor, {}, plan, random, trace);
  payment.scheme = 'http';
  payment.host = 'payments.internal';
  payment.session = undefined;
  payment.session_source = undefined;
  payment.auth_scheme = 'mtls';

  const slow = during(plan.slowUpstream, at);
  const charge: DemoRow = {
    ...payment,
    time: Math.round((at + 3 + random.exponential(2)) * 1000),
    direction: 'client',
    method: THIRD_PARTY.method,
    route: THIRD_PARTY.route,
    path: THIRD_PARTY.route,
    scheme: 'https',
    host: THIRD_PARTY.host,
    auth_scheme: 'bearer',
    span_id: random.hex(16),
    duration_ms: random.logNormal(THIRD_PARTY.median, THIRD_PARTY.sigma) * (slow ? 9 : 1),
  };
  if (slow && random.chance(0.14)) {
    charge.duration_ms = 10_000 + random.exponential(40);
    charge.status = undefined;
    charge.response_bytes = 0;
    charge.error_type = 'timeout';
    charge.error_message = `No answer from ${THIRD_PARTY.host} within 10 s`;
    payment.status = 504;
  } else if (payment.status === 402) {
    charge.status = 402;
  } else {
    charge.status = 200;
    charge.error_type = undefined;
    charge.error_message = undefined;
  }
  payment.duration_ms = charge.duration_ms + random.logNormal(30, 0.4);
  payment.upstream_host = THIRD_PARTY.host;
  payment.upstream_duration_ms = charge.duration_ms;
  payment.upstream_status = charge.status;
  explain(payment);
  return [payment, charge];
}

const MESSAGES: Readonly<Record<number, readonly [string, string]>> = {
  400: ['bad_request', 'The request could not be read'],
  401: ['unauthenticated', 'Sign in first'],
  402: ['payment_declined', 'The card was declined'],
  403: ['forbidden', 'The order belongs to somebody else'],
  404: ['not_found', 'There is no such thing'],
  409: ['conflict', 'The item is no longer available'],
  422: ['validation', 'A field is missing or not valid'],
  429: ['rate_limited', 'Too many requests'],
  499: ['client_closed', 'The client closed the connection'],
  500: ['DatabaseError', 'deadlock detected'],
  502: ['bad_gateway', 'The payments service failed'],
  503: ['overloaded', 'No instance was ready'],
  504: ['upstream_timeout', 'The payment provider did not answer in time'],
};

/** Gives a failed request the type and message its service would log. */
function explain(row: DemoRow): void {
  const message = row.status === undefined ? undefined : MESSAGES[row.status];
  if (message) {
    [row.error_type, row.error_message] = message;
  }
}

function fill(route: string, values: RouteValues): string {
  return route.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new Error(`route ${route} needs a value for ${name}`);
    }
    return value;
  });
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
