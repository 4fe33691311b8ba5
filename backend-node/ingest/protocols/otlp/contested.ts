import { hostOf, methodOf, readTarget } from '../../normalise/request-target';
import { RequestRecord } from '../../normalise';
import { textOf } from '../../normalise/values';

/** The attributes that may say each, the one that counts most first. */
export const CONTESTED_ATTRIBUTES = {
  methodOriginal: ['http.request.method_original'],
  fullUrl: ['url.full', 'http.url', 'url.original'],
  target: ['http.target'],
  serverAddress: ['server.address'],
  httpHost: ['http.host'],
  hostName: ['net.host.name'],
  serverName: ['http.server_name'],
  peerName: ['net.peer.name'],
  clientAddress: ['client.address'],
  httpClientIp: ['http.client_ip'],
  peerAddress: ['network.peer.address', 'net.sock.peer.addr', 'net.peer.ip', 'peer.address'],
  peerPort: ['network.peer.port', 'net.sock.peer.port', 'net.peer.port'],
  hostPort: ['net.host.port'],
  serverPort: ['server.port'],
  errorType: ['error.type'],
  exceptionType: ['exception.type'],
  exceptionMessage: ['exception.message'],
  endUser: ['enduser.id'],
  serviceInstance: ['service.instance.id'],
  podName: ['k8s.pod.name'],
  machine: ['host.name'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

/** Attributes that name a system with calls of its own, and are kept as they are besides. */
export const SYSTEM_ATTRIBUTES = ['db.system', 'db.system.name', 'rpc.system', 'rpc.system.name', 'messaging.system'];

/** What is kept, by what it may say. */
export type ContestedName = keyof typeof CONTESTED_ATTRIBUTES | 'system';

const NAMES = [...(Object.keys(CONTESTED_ATTRIBUTES) as ContestedName[]), 'system'] as readonly ContestedName[];

/** The place of a name in the list of values. */
export const PLACE = Object.fromEntries(NAMES.map((name, index) => [name, index])) as Readonly<
  Record<ContestedName, number>
>;

/**
 * What several attributes of one span may say of the same column, or what means another thing on the other side of a call.
 * Kept until the span has been read to its end, so that the order of attributes means nothing.
 */
export class Contested {
  private readonly values: Array<string | undefined> = NAMES.map(() => undefined);
  private readonly ranks: number[] = NAMES.map(() => 0);
  private any = false;
  private lastHost: string | undefined = undefined;
  private lastHostName: string | undefined = undefined;

  /** Keeps a value. Of several for the same the one with the lowest rank counts, of equal ones the first. */
  keep(place: number, value: string, rank: number): void {
    this.any = true;
    if (this.values[place] === undefined || rank < this.ranks[place]!) {
      this.values[place] = value;
      this.ranks[place] = rank;
    }
  }

  reset(): void {
    if (this.any) {
      this.values.fill(undefined);
      this.any = false;
    }
  }

  /** Whether the span is that of a system with calls of its own, such as a database. */
  get hasSystem(): boolean {
    return this.values[PLACE.system] !== undefined;
  }

  /** Puts what was kept into the record. On a client’s side the peer is the server; on a server’s it is the client. */
  settle(record: RequestRecord): void {
    if (!this.any) {
      return;
    }
    const client = record.direction === 'client';
    this.settleMethod(record);
    this.settleTarget(record);
    this.settleHost(record, client);
    this.settleClient(record, client);
    this.settleInstance(record);
    const errorType = this.values[PLACE.errorType];
    if (errorType !== undefined) {
      record.error_type = textOf(errorType) ?? record.error_type;
    }
    const endUser = this.values[PLACE.endUser];
    if (endUser !== undefined && endUser !== record.customer) {
      if (record.customer === undefined) {
        record.customer = textOf(endUser);
      } else {
        record.setAttribute('enduser.id', endUser);
      }
    }
  }

  /** Another exception comes, which counts instead. */
  forgetException(): void {
    this.values[PLACE.exceptionType] = undefined;
    this.values[PLACE.exceptionMessage] = undefined;
  }

  /** Puts an exception into the record: only an error that ended the request is that of the request. */
  settleException(record: RequestRecord): void {
    const type = this.values[PLACE.exceptionType];
    const message = this.values[PLACE.exceptionMessage];
    record.error_type ??= type === undefined ? undefined : textOf(type);
    record.error_message ??= message === undefined ? undefined : textOf(message);
  }

  private settleMethod(record: RequestRecord): void {
    const original = this.values[PLACE.methodOriginal];
    if (original !== undefined && (record.method === undefined || record.method === '_OTHER')) {
      record.method = methodOf(original) ?? record.method;
      record.seen = true;
    }
  }

  private settleTarget(record: RequestRecord): void {
    const fullUrl = this.values[PLACE.fullUrl];
    const target = this.values[PLACE.target];
    if (fullUrl !== undefined && (record.scheme === undefined || record.path === undefined)) {
      const read = new RequestRecord();
      readTarget(read, fullUrl);
      record.scheme ??= read.scheme;
      record.host ??= read.host;
      if (record.path === undefined && target === undefined) {
        record.path = read.path;
        record.query ??= read.query;
      }
      record.seen = true;
    }
    if (target !== undefined && record.path === undefined) {
      const { query, scheme, host } = record;
      readTarget(record, target);
      record.query = query ?? record.query;
      record.scheme = scheme ?? record.scheme;
      record.host = host ?? record.host;
    }
  }

  private settleHost(record: RequestRecord, client: boolean): void {
    const { values } = this;
    const peerName = values[PLACE.peerName];
    const host =
      this.hostIn(values[PLACE.serverAddress]) ??
      this.hostIn(values[PLACE.httpHost]) ??
      this.hostIn(client ? peerName : values[PLACE.hostName]) ??
      (client ? undefined : this.hostIn(values[PLACE.serverName]));
    if (host !== undefined) {
      record.host = host;
    }
    if (!client && peerName !== undefined) {
      record.setAttribute('net.peer.name', peerName);
    }
    // The port a client calls from is new with every connection, and with the time of day tells who it was.
    const port = values[PLACE.serverPort] ?? values[client ? PLACE.peerPort : PLACE.hostPort];
    if (port !== undefined) {
      record.setAttribute('server.port', port);
    }
  }

  /** The host in a text; that of the last text is remembered, as a service has few. */
  private hostIn(text: string | undefined): string | undefined {
    if (text === undefined) {
      return undefined;
    }
    if (text !== this.lastHost) {
      this.lastHost = text;
      this.lastHostName = hostOf(text);
    }
    return this.lastHostName;
  }

  private settleClient(record: RequestRecord, client: boolean): void {
    const peerAddress = this.values[PLACE.peerAddress];
    const given = this.values[PLACE.clientAddress] ?? this.values[PLACE.httpClientIp];
    const address = given ?? (client ? undefined : peerAddress);
    if (address !== undefined) {
      record.client_ip = textOf(address);
    }
    if (peerAddress !== undefined && peerAddress !== address) {
      record.setAttribute('network.peer.address', peerAddress);
    }
  }

  private settleInstance(record: RequestRecord): void {
    const podName = this.values[PLACE.podName];
    const machine = this.values[PLACE.machine];
    const instance = this.values[PLACE.serviceInstance] ?? podName ?? machine;
    if (instance !== undefined) {
      record.instance = textOf(instance);
    }
    if (podName !== undefined && podName !== instance) {
      record.setAttribute('k8s.pod.name', podName);
    }
    if (machine !== undefined && machine !== instance) {
      record.setAttribute('host.name', machine);
    }
  }
}
