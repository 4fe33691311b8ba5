import type { RequestRecord } from './request-record';

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const PROTOCOL = /^HTTP\/(\d+(?:\.\d+)?)$/i;
const ABSOLUTE = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/([^/?#]*)/;

/**
 * Reads a request line. One of the form `METHOD target HTTP/x` gives method, path, query, protocol and, from an absolute
 * target, scheme and host. Some servers let spaces in a target through: it goes on to the last ` HTTP/x`. `GET /path` is
 * HTTP/0.9. Anything else that stands there (a TLS handshake, what scanners send) is kept as it is in the attribute
 * `request_line` and gives no method and no path. `-` is nothing.
 */
export function readRequestLine(record: RequestRecord, line: string): void {
  record.seen = true;
  if (line === '-' || line === '') {
    return;
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const single = line.indexOf(' ', first + 1) === last;
  if (first > 0 && last > first + 1 && (single || line.charCodeAt(first + 1) === 47)) {
    const protocol = protocolVersion(line, last + 1);
    const method = methodOf(line.slice(0, first));
    if (protocol !== undefined && method !== undefined) {
      record.method = method;
      record.protocol = protocol;
      readTarget(record, line.slice(first + 1, last), method);
      return;
    }
  }
  if (line.startsWith('GET /') && first === last) {
    record.method = 'GET';
    record.protocol = '0.9';
    readTarget(record, line.slice(4), 'GET');
    return;
  }
  record.setAttribute('request_line', line);
}

function protocolVersion(line: string, at: number): string | undefined {
  if (line.startsWith('HTTP/1.1', at) && line.length === at + 8) {
    return '1.1';
  }
  return PROTOCOL.exec(line.slice(at))?.[1];
}

/** The version in `HTTP/1.1`, `1.1` or `h2`; the text itself for other protocols. */
export function protocolOf(text: string): string {
  const match = PROTOCOL.exec(text);
  return match ? match[1]! : /^h[23]c?$/i.test(text) ? text[1]! : text;
}

/** The method in upper case when it is a token (RFC 9110, 5.6.2); undefined otherwise. */
export function methodOf(text: string): string | undefined {
  if (text === 'GET' || text === 'POST') {
    return text;
  }
  return TOKEN.test(text) ? text.toUpperCase() : undefined;
}

/**
 * Reads a request target (RFC 9112, 3.2) or a whole URL: the path without query and fragment and with its percent-encoding
 * as it was logged, the query, and scheme and host of an absolute one. `*` is the path of `OPTIONS *`; the target of
 * CONNECT names a host and has no path.
 */
export function readTarget(record: RequestRecord, target: string, method?: string): void {
  record.seen = true;
  if (target.charCodeAt(0) === 47) {
    readPath(record, target);
    return;
  }
  if (target === '' || target === '-') {
    return;
  }
  const absolute = ABSOLUTE.exec(target);
  if (absolute) {
    record.scheme = absolute[1]!.toLowerCase();
    setHost(record, absolute[2]!.slice(absolute[2]!.lastIndexOf('@') + 1));
    readPath(record, target.slice(absolute[0].length));
    record.path ??= '/';
    return;
  }
  if (method === 'CONNECT') {
    setHost(record, target);
    return;
  }
  readPath(record, target);
}

function readPath(record: RequestRecord, target: string): void {
  const fragment = target.indexOf('#');
  const text = fragment < 0 ? target : target.slice(0, fragment);
  const mark = text.indexOf('?');
  const path = mark < 0 ? text : text.slice(0, mark);
  if (path !== '') {
    record.path = path;
  }
  if (mark >= 0 && mark + 1 < text.length) {
    record.query = text.slice(mark + 1);
  }
}

function setHost(record: RequestRecord, authority: string): void {
  const host = hostOf(authority);
  if (host !== undefined) {
    record.host = host;
  }
}

/** A host name without its port, in lower case; undefined for what stands for none. */
export function hostOf(text: string): string | undefined {
  if (text === '' || text === '-' || text === '_') {
    return undefined;
  }
  const port = /^(\[[^\]]*\]|[^:]*):\d*$/.exec(text);
  const host = (port ? port[1]! : text).toLowerCase();
  return host === '' ? undefined : host;
}
