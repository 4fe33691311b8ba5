import { hostOf, methodOf, readTarget } from '../../normalise/request-target';
import { RequestRecord } from '../../normalise';
import { textOf } from '../../normalise/values';

const NONE = {
  methodOriginal: undefined as string | undefined,
  fullUrl: undefined as string | undefined,
  target: undefined as string | undefined,
  serverAddress: undefined as string | undefined,
  httpHost: undefined as string | undefined,
  hostName: undefined as string | undefined,
  serverName: undefined as string | undefined,
  peerName: undefined as string | undefined,
  clientAddress: undefined as string | undefined,
  httpClientIp: undefined as string | undefined,
  peerAddress: undefined as string | undefined,
  peerPort: undefined as string | undefined,
  clientPort: undefined as string | undefined,
  hostPort: undefined as string | undefined,
  serverPort: undefined as string | undefined,
  errorType: undefined as string | undefined,
  exceptionType: undefined as string | undefined,
  exceptionMessage: undefined as string | undefined,
  endUser: undefined as string | undefined,
  serviceInstance: undefined as string | undefined,
  podName: undefined as string | undefined,
  machine: undefined as string | undefined,
  system: undefined as string | undefined,
};

/** What is kept, by what it may say. */
export type ContestedName = keyof typeof NONE;

/**
 * What several attributes of one span may say of the same column, or what means another thing on the other side of a call.
 * Kept until the span has been read to its end, so that the order of attributes means nothing.
 */
export class Contested {
  values = { ...NONE };
  private any = false;
  private ranks: Partial<Record<ContestedName, number>> | undefined;

  /** Keeps a value. Of several for the same the one with the lowest rank counts, of equal ones the first. */
  keep(name: ContestedName, value: string, rank: number): void {
    this.any = true;
    if (this.values[name] !== undefined && rank >= (this.ranks?.[name] ?? 0)) {
      return;
    }
    this.values[name] = value;
    if (rank > 0 || this.ranks) {
      (this.ranks ??= {})[name] = rank;
    }
  }

  reset(): void {
    if (this.any) {
      this.values = { ...NONE };
      this.any = false;
      this.ranks = undefined;
    }
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
    const { values } = this;
    if (values.errorType !== undefined) {
      record.error_type = textOf(values.errorType) ?? record.error_type;
    }
    if (values.endUser !== undefined && values.endUser !== record.customer) {
      if (record.customer === undefined) {
        record.customer = textOf(values.endUser);
      } else {
        record.setAttribute('enduser.id', values.endUser);
      }
    }
  }

  /** Another exception comes, which counts instead. */
  forgetException(): void {
    this.values.exceptionType = undefined;
    this.values.exceptionMessage = undefined;
  }

  /** Puts an exception into the record: only an error that ended the request is that of the request. */
  settleException(record: RequestRecord): void {
    const { exceptionType, exceptionMessage } = this.values;
    record.error_type ??= exceptionType === undefined ? undefined : textOf(exceptionType);
    record.error_message ??= exceptionMessage === undefined ? undefined : textOf(exceptionMessage);
  }

  private settleMethod(record: RequestRecord): void {
    const { methodOriginal } = this.values;
    if (methodOriginal !== undefined && (record.method === undefined || record.method === '_OTHER')) {
      record.method = methodOf(methodOriginal) ?? record.method;
      record.seen = true;
    }
  }

  private settleTarget(record: RequestRecord): void {
    const { fullUrl, target } = this.values;
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
      const query = record.query;
      readTarget(record, target);
      record.query = query ?? record.query;
    }
  }

  private settleHost(record: RequestRecord, client: boolean): void {
    const { serverAddress, httpHost, peerName, hostName, serverName, serverPort, hostPort, peerPort } = this.values;
    for (const name of [serverAddress, httpHost, client ? peerName : hostName, client ? undefined : serverName]) {
      const host = name === undefined ? undefined : hostOf(name);
      if (host !== undefined) {
        record.host = host;
        break;
      }
    }
    if (!client && peerName !== undefined) {
      record.setAttribute('net.peer.name', peerName);
    }
    // The port a client calls from is new with every connection, and with the time of day tells who it was.
    const port = serverPort ?? (client ? peerPort : hostPort);
    if (port !== undefined) {
      record.setAttribute('server.port', port);
    }
  }

  private settleClient(record: RequestRecord, client: boolean): void {
    const { clientAddress, httpClientIp, peerAddress } = this.values;
    const given = clientAddress ?? httpClientIp;
    const address = given ?? (client ? undefined : peerAddress);
    if (address !== undefined) {
      record.client_ip = textOf(address);
    }
    if (peerAddress !== undefined && peerAddress !== address) {
      record.setAttribute('network.peer.address', peerAddress);
    }
  }

  private settleInstance(record: RequestRecord): void {
    const { serviceInstance, podName, machine } = this.values;
    const instance = serviceInstance ?? podName ?? machine;
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
