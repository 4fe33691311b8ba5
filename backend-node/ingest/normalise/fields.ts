import { hostOf, methodOf, protocolOf, readRequestLine, readTarget } from './request-target';
import type { RequestRecord, TextColumn } from './request-record';
import {
  bytesOf,
  durationOf,
  durationWithUnit,
  statusOf,
  textOf,
  upstreamDurationMs,
  upstreamList,
  weightOf,
  type DurationUnit,
} from './values';

/** A value as a log has it. */
export type FieldValue = string | number;

/** Puts one logged value into a record: converted to the column's type, or noted as unusable and left null. */
export type FieldSetter = (record: RequestRecord, value: FieldValue) => void;

type NumberColumn =
  'duration_ms' | 'status' | 'request_bytes' | 'response_bytes' | 'upstream_duration_ms' | 'upstream_status' | 'weight';

function setNumber(record: RequestRecord, column: NumberColumn, value: number | undefined): void {
  if (Number.isNaN(value)) {
    record.dropValue(column);
  } else if (value !== undefined) {
    record[column] = value;
  }
}

/** Text as it is. */
export function textField(column: TextColumn): FieldSetter {
  return (record, value) => {
    const text = textOf(typeof value === 'string' ? value : String(value));
    if (text !== undefined) {
      record[column] = text;
    }
  };
}

/** A time, by a reader that gives microseconds or NaN. */
export function timeField(read: (value: string) => number): FieldSetter {
  return (record, value) => {
    const micros = read(typeof value === 'string' ? value : String(value));
    if (!Number.isNaN(micros)) {
      record.time = micros;
    }
  };
}

/** A duration in a unit; text that names its own unit (`12ms`) is read by that. */
export function durationField(column: 'duration_ms' | 'upstream_duration_ms', unit: DurationUnit): FieldSetter {
  return (record, value) => {
    const named = typeof value === 'string' ? durationWithUnit(value) : undefined;
    setNumber(record, column, named ?? durationOf(value, unit));
  };
}

/** A word is no status of a request: loggers have `status` for how bad it is. */
export const statusField: FieldSetter = (record, value) => {
  const status = statusOf(value);
  record.seen ||= !Number.isNaN(status);
  setNumber(record, 'status', status);
};

export function bytesField(column: 'request_bytes' | 'response_bytes'): FieldSetter {
  return (record, value) => setNumber(record, column, bytesOf(value));
}

export const weightField: FieldSetter = (record, value) => setNumber(record, 'weight', weightOf(value));

/** `METHOD target HTTP/x`. */
export const requestLineField: FieldSetter = (record, value) => readRequestLine(record, String(value));

/** A request target or a whole URL. */
export const targetField: FieldSetter = (record, value) => readTarget(record, String(value));

export const methodField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  if (text !== undefined) {
    record.seen = true;
    const method = methodOf(text);
    if (method === undefined) {
      record.dropValue('method');
    } else {
      record.method = method;
    }
  }
};

/** A query string, with or without its question mark. */
export const queryField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  const query = text?.startsWith('?') ? text.slice(1) : text;
  if (query) {
    record.query = query;
  }
};

export const protocolField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  if (text !== undefined) {
    record.protocol = protocolOf(text);
  }
};

export const schemeField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  if (text !== undefined) {
    record.scheme = text.toLowerCase();
  }
};

export const hostField: FieldSetter = (record, value) => {
  const host = hostOf(String(value));
  if (host !== undefined) {
    record.host = host;
  }
};

export const routeField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  if (text !== undefined) {
    record.seen = true;
    record.route = text;
  }
};

/** nginx’s list of upstream times in seconds: their sum, the time spent upstream. */
export const upstreamTimesField: FieldSetter = (record, value) =>
  setNumber(record, 'upstream_duration_ms', upstreamDurationMs(String(value)));

/** nginx’s list of upstream statuses: the last, which is what the client got. */
export const upstreamStatusesField: FieldSetter = (record, value) => {
  const last = upstreamList(String(value)).at(-1);
  setNumber(record, 'upstream_status', last === undefined ? undefined : statusOf(last));
};

/** nginx’s list of upstream addresses: the last, which is the one that answered. */
export const upstreamAddressesField: FieldSetter = (record, value) => {
  const last = upstreamList(String(value)).at(-1);
  if (last !== undefined) {
    record.upstream_host = last;
  }
};

/** TLS version without its name: `TLSv1.3` is 1.3 (OpenTelemetry’s `tls.protocol.version`). */
export const tlsVersionField: FieldSetter = (record, value) => {
  const text = textOf(String(value));
  if (text !== undefined) {
    record.tls_version = text.replace(/^(TLS|SSL)v?/i, '') || text;
  }
};

/** Whatever has no column of its own. */
export function attributeField(name: string): FieldSetter {
  return (record, value) => record.setAttribute(name, String(value));
}

/** A setter that yields to a value that is already there, and then keeps its own as an attribute. */
export function unlessSet(column: keyof RequestRecord & string, setter: FieldSetter, name: string): FieldSetter {
  const keep = attributeField(name);
  return (record, value) => {
    const present = record[column];
    if (present === undefined || (typeof present === 'number' && Number.isNaN(present))) {
      setter(record, value);
    } else if (column !== 'time') {
      keep(record, value);
    }
  };
}
