import { closingQuote, unescapeLog } from './escapes';
import { FORWARDED_FOR, extraName, furtherFields } from './further-fields';
import { Reject, fittingShare, type Format, type LineParser } from './format';
import { RequestRecord } from '../normalise/request-record';
import { readRequestLine } from '../normalise/request-target';
import { clfTimeReader } from '../normalise/time';
import { bytesOf, statusOf } from '../normalise/values';

const REFERER = 'http.request.header.referer';

const NO_CLIENT = new Reject('does not begin with a client address');
const NO_TIME = new Reject('has no time in brackets after client, identity and user');
const BAD_TIME = new Reject('has a time that is not of the form 10/Oct/2000:13:55:36 -0700');
const NO_REQUEST = new Reject('has no quoted request after the time');
const OPEN_REQUEST = new Reject('has a quoted request that is not closed');
const BAD_STATUS = new Reject('has no status after the request');
const BAD_SIZE = new Reject('has no size after the status');
const TRAILING = new Reject('has more after the size than the common format has: name the format combined');

interface Shape {
  /** Referer and user agent may follow, and after them further fields. */
  combined: boolean;
  /** `host:port ` comes first (Apache’s vhost_combined). */
  virtualHost: boolean;
}

/** Parser of the common log format and what extends it. Hand-written, since most lines of the world are of this kind. */
export function clfParser({ combined, virtualHost }: Shape): LineParser {
  const readTime = clfTimeReader();
  return (line) => {
    const record = new RequestRecord();
    let start = 0;
    if (virtualHost) {
      const space = line.indexOf(' ');
      const host = /^(\[[^\s\]]+\]|[^\s:]+):\d+$/.exec(line.slice(0, Math.max(0, space)));
      if (!host) {
        return new Reject('does not begin with host:port');
      }
      record.host = host[1]!.toLowerCase();
      start = space + 1;
    }
    const clientEnd = line.indexOf(' ', start);
    if (clientEnd <= start || line.charCodeAt(start) === 34) {
      return NO_CLIENT;
    }
    const identEnd = line.indexOf(' ', clientEnd + 1);
    const userEnd = identEnd < 0 ? -1 : line.indexOf(' [', identEnd + 1);
    const timeEnd = userEnd < 0 ? -1 : line.indexOf(']', userEnd + 2);
    // A user name may have spaces; one that begins with a dash and a space is a line with a field more.
    if (
      timeEnd < 0 ||
      identEnd === clientEnd + 1 ||
      userEnd === identEnd + 1 ||
      (line.startsWith('- ', identEnd + 1) && userEnd > identEnd + 2)
    ) {
      return NO_TIME;
    }
    record.time = readTime(line.slice(userEnd + 2, timeEnd));
    if (Number.isNaN(record.time)) {
      return BAD_TIME;
    }
    if (!line.startsWith(' "', timeEnd + 1)) {
      return NO_REQUEST;
    }
    const requestEnd = closingQuote(line, timeEnd + 3);
    if (requestEnd < 0) {
      return OPEN_REQUEST;
    }
    const statusEnd = line.indexOf(' ', requestEnd + 2);
    const status = statusEnd < 0 ? NaN : statusOf(line.slice(requestEnd + 2, statusEnd));
    if (line.charCodeAt(requestEnd + 1) !== 32 || Number.isNaN(status)) {
      return BAD_STATUS;
    }
    const space = line.indexOf(' ', statusEnd + 1);
    const sizeEnd = space < 0 ? line.length : space;
    const size = bytesOf(line.slice(statusEnd + 1, sizeEnd));
    if (Number.isNaN(size) || sizeEnd === statusEnd + 1) {
      return BAD_SIZE;
    }
    if (space >= 0) {
      if (!combined) {
        return TRAILING;
      }
      readRest(record, line, space);
    }
    setText(record, 'client_ip', line, start, clientEnd);
    if (!isDash(line, clientEnd + 1, identEnd)) {
      record.setAttribute('ident', line.slice(clientEnd + 1, identEnd));
    }
    setText(record, 'customer', line, identEnd + 1, userEnd);
    record.status = status;
    record.response_bytes = size;
    readRequestLine(record, unescapeLog(line.slice(timeEnd + 3, requestEnd)));
    return record;
  };
}

function isDash(line: string, from: number, to: number): boolean {
  return to === from + 1 && line.charCodeAt(from) === 45;
}

function setText(
  record: RequestRecord,
  column: 'client_ip' | 'customer' | 'user_agent',
  line: string,
  from: number,
  to: number
): void {
  if (to > from && !isDash(line, from, to)) {
    record[column] = unescapeLog(line.slice(from, to));
  }
}

/**
 * Reads ` "referer" "user agent"` and further fields, quoted or not, from `at`. What came before made a row, so nothing
 * here can undo it: a quoted field that is not closed, as in a line that was cut short, goes on to the end.
 */
function readRest(record: RequestRecord, line: string, at: number): void {
  let from = at;
  if (line.charCodeAt(at + 1) === 34) {
    const refererEnd = quoteOrEnd(line, at + 2);
    if (!isDash(line, at + 2, refererEnd)) {
      record.setAttribute(REFERER, unescapeLog(line.slice(at + 2, refererEnd)));
    }
    from = refererEnd + 1;
    if (line.startsWith(' "', from)) {
      const agentEnd = quoteOrEnd(line, from + 2);
      setText(record, 'user_agent', line, from + 2, agentEnd);
      from = agentEnd + 1;
    }
  }
  if (from < line.length) {
    furtherFields(line.slice(from)).forEach((value, index) => record.setAttribute(extraName(value, index), value));
  }
}

function quoteOrEnd(line: string, from: number): number {
  const end = closingQuote(line, from);
  return end < 0 ? line.length : end;
}

const COMMON_PARSER = { combined: false, virtualHost: false };
const COMBINED_PARSER = { combined: true, virtualHost: false };
const VHOST_PARSER = { combined: true, virtualHost: true };

export const common: Format = {
  name: 'common',
  describe: 'Common log format: Apache’s and nginx’s, without referer and user agent',
  detect: (sample) => fittingShare(sample, clfParser(COMMON_PARSER)),
  parser: () => ({ kind: 'lines', parse: clfParser(COMMON_PARSER) }),
};

export const combined: Format = {
  name: 'combined',
  describe:
    'Combined log format: common with referer and user agent; lines without them and further fields are taken too',
  // A hair below common, which says more when every line fits both.
  detect: (sample) => 0.999 * fittingShare(sample, clfParser(COMBINED_PARSER)),
  parser: () => ({ kind: 'lines', parse: clfParser(COMBINED_PARSER) }),
  variant: (sample) => describeExtras(sample, clfParser(COMBINED_PARSER)),
};

export const vhostCombined: Format = {
  name: 'vhost_combined',
  describe: 'Combined log format after host:port, as Apache’s vhost_combined',
  detect: (sample) => 0.999 * fittingShare(sample, clfParser(VHOST_PARSER)),
  parser: () => ({ kind: 'lines', parse: clfParser(VHOST_PARSER) }),
  variant: (sample) => describeExtras(sample, clfParser(VHOST_PARSER)),
};

function describeExtras(sample: readonly string[], parse: LineParser): string | undefined {
  const names = new Set<string>();
  let numbers = false;
  for (const line of sample) {
    const record = parse(line);
    for (const [name, value] of Object.entries(record instanceof Reject ? {} : (record.attributes ?? {}))) {
      if (name === FORWARDED_FOR || name.startsWith('extra_')) {
        names.add(name);
        numbers ||= /^\d+(\.\d+)?$/.test(value);
      }
    }
  }
  return names.size === 0
    ? undefined
    : `with further fields, kept as attributes ${[...names].sort().join(', ')}` +
        (numbers ? " (if one is a duration, say so: --format apache:'… %D' or nginx:'… $request_time')" : '');
}
