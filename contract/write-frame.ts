import type { DataFrameJSON, Field, FieldConfig, FieldEntities, FieldType, Frame, FrameMeta } from './frames';

const WIRE_TYPES: Record<FieldType, { type: string; frame: string }> = {
  time: { type: 'time', frame: 'time.Time' },
  number: { type: 'number', frame: 'float64' },
  string: { type: 'string', frame: 'string' },
  boolean: { type: 'boolean', frame: 'bool' },
  json: { type: 'other', frame: 'json.RawMessage' },
};

/** Grafana's Go SDK keeps times as nanoseconds in 64 bits: 1677-09-21 to 2262-04-11. Beyond, they would wrap round. */
export const FURTHEST_TIME = 9_223_372_036_854;

/**
 * The one writer of frames. One bad value makes Grafana's Go SDK refuse the answers to every query of a request, so this
 * guarantees: `schema` before `data`, `values` before `entities` before `nanos`; `typeInfo` on every field; every field
 * nullable but the time of a series; time as integer milliseconds; numbers that JSON can hold, with NaN and infinities
 * as entities; strings without lone surrogates; columns of equal length; no key the SDK does not know.
 *
 * A time that Grafana cannot hold becomes null. Throws a TypeError for what can only be a fault of the caller: columns
 * of unequal length, a null time in a series, a value of another type than its field.
 */
export function writeFrame(frame: Frame, refId?: string): DataFrameJSON {
  const rows = frame.fields[0]?.values.length ?? 0;
  const series = frame.meta?.type?.startsWith('timeseries') ?? false;
  const entities: Array<FieldEntities | null> = [];
  const nanos: Array<number[] | null> = [];
  const values: unknown[][] = [];

  const fields = frame.fields.map((field) => {
    if (field.values.length !== rows) {
      throw new TypeError(`field ${field.name} has ${field.values.length} values where the frame has ${rows} rows`);
    }
    const strict = series && field.type === 'time';
    const column = writeColumn(field, strict);
    values.push(column.values);
    entities.push(column.entities ?? null);
    nanos.push(column.nanos ?? null);
    const wire = WIRE_TYPES[field.type];
    return {
      name: field.name.toWellFormed(),
      type: wire.type,
      typeInfo: strict ? { frame: wire.frame } : { frame: wire.frame, nullable: true },
      ...(field.labels ? { labels: writeLabels(field.labels) } : {}),
      ...(field.config ? { config: writeConfig(field.config) } : {}),
    };
  });

  return {
    schema: {
      ...(frame.name === undefined ? {} : { name: frame.name.toWellFormed() }),
      ...(refId === undefined ? {} : { refId: refId.toWellFormed() }),
      ...(frame.meta ? { meta: writeMeta(frame.meta) } : {}),
      fields,
    },
    data: {
      values,
      ...(entities.some((e) => e !== null) ? { entities } : {}),
      ...(nanos.some((n) => n !== null) ? { nanos } : {}),
    },
  };
}

interface Column {
  values: unknown[];
  entities?: FieldEntities;
  nanos?: number[];
}

function writeColumn(field: Field, strictTime: boolean): Column {
  switch (field.type) {
    case 'time':
      return writeTimes(field, strictTime);
    case 'number':
      return writeNumbers(field);
    case 'string':
      return { values: field.values.map((value) => writeString(field, value)) };
    case 'boolean':
      return { values: field.values.map((value) => writeBoolean(field, value)) };
    case 'json':
      return { values: field.values.map(writeJson) };
  }
}

function refuse(field: Field, value: unknown, wanted: string): never {
  throw new TypeError(`field ${field.name}: ${String(value)} is not ${wanted}`);
}

function writeString(field: Field, value: unknown): string | null {
  switch (typeof value) {
    case 'undefined':
      return null;
    case 'string':
      return value.toWellFormed();
    case 'number':
    case 'bigint':
    case 'boolean':
      return String(value);
    default:
      return value === null ? null : refuse(field, value, 'a text');
  }
}

function writeBoolean(field: Field, value: unknown): boolean | null {
  if (value === null || value === undefined) {
    return null;
  }
  return typeof value === 'boolean' ? value : refuse(field, value, 'a boolean');
}

/** Times may carry a fraction of a millisecond; it travels as nanoseconds beside the integer. */
function writeTimes(field: Field, strict: boolean): Column {
  const nanos: number[] = [];
  let fraction = false;
  const values = field.values.map((value) => {
    if (value !== null && value !== undefined && (typeof value !== 'number' || !Number.isFinite(value))) {
      return refuse(field, value, 'a time in milliseconds');
    }
    if (typeof value !== 'number' || Math.abs(value) >= FURTHEST_TIME) {
      nanos.push(0);
      return strict ? refuse(field, value, 'a time, which every point of a series needs') : null;
    }
    const floor = Math.floor(value);
    const micros = Math.round((value - floor) * 1000);
    // A fraction that rounds up to a whole millisecond is one.
    const whole = micros === 1000 ? floor + 1 : floor;
    const rest = micros === 1000 ? 0 : micros;
    fraction ||= rest !== 0;
    nanos.push(rest * 1000);
    return whole;
  });
  return fraction ? { values, nanos } : { values };
}

function writeNumbers(field: Field): Column {
  const entities: FieldEntities = {};
  let special = false;
  const values = field.values.map((value, row) => {
    if (value === null || value === undefined) {
      return null;
    }
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number') {
      return refuse(field, value, 'a number');
    }
    if (Number.isFinite(number)) {
      return number;
    }
    special = true;
    const kind = Number.isNaN(number) ? 'NaN' : number > 0 ? 'Inf' : 'NegInf';
    (entities[kind] ??= []).push(row);
    return null;
  });
  return special ? { values, entities } : { values };
}

/**
 * A value that JSON holds whole: lone surrogates replaced, integers too large for a double as text, what is no number
 * null. An object may hold anything that `JSON.stringify` takes.
 */
function writeJson(value: unknown): unknown {
  switch (typeof value) {
    case 'string':
      return value.toWellFormed();
    case 'number':
      return Number.isFinite(value) ? value : null;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case 'boolean':
      return value;
    case 'object':
      return value === null ? null : writeContainer(value);
    default:
      return null;
  }
}

function writeContainer(value: object): unknown {
  if (Array.isArray(value)) {
    return value.map(writeJson);
  }
  if ('toJSON' in value && typeof value.toJSON === 'function') {
    return writeJson(value.toJSON());
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== undefined)
      .map(([key, inner]) => [key.toWellFormed(), writeJson(inner)])
  );
}

function writeLabels(labels: Record<string, string | null | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels).map(([key, value]) => [key.toWellFormed(), String(value ?? '').toWellFormed()])
  );
}

/** Only what the SDK keeps, each of the type it reads; `decimals` is an unsigned 16-bit number there. */
function writeConfig(config: FieldConfig): FieldConfig {
  const { displayName, displayNameFromDS, description, unit, decimals, min, max, noValue, filterable } = config;
  const { interval, links, custom } = config;
  return compact({
    displayName: displayName?.toWellFormed(),
    displayNameFromDS: displayNameFromDS?.toWellFormed(),
    description: description?.toWellFormed(),
    unit: unit?.toWellFormed(),
    decimals: decimals === undefined ? undefined : Math.round(Math.min(Math.max(decimals, 0), 20)),
    min: finite(min),
    max: finite(max),
    noValue: noValue?.toWellFormed(),
    filterable,
    interval: finite(interval),
    links: links?.map(({ title, url, targetBlank }) =>
      compact({ title: title.toWellFormed(), url: url.toWellFormed(), targetBlank })
    ),
    custom: custom && (writeJson(custom) as Record<string, unknown>),
  });
}

/** Kinds of frames of the data plane have a version; a table has none. */
function writeMeta(meta: FrameMeta): FrameMeta {
  const { type, executedQueryString, notices, stats, uniqueRowIdFields, custom } = meta;
  const typeVersion: [number, number] | undefined =
    meta.typeVersion ?? (type !== undefined && type !== 'table' ? [0, 1] : undefined);
  return compact({
    type,
    typeVersion,
    executedQueryString: executedQueryString?.toWellFormed(),
    notices: notices?.map(({ severity, text, link }) =>
      compact({ severity, text: text.toWellFormed(), link: link?.toWellFormed() })
    ),
    stats: stats
      ?.filter(({ value }) => Number.isFinite(value))
      .map(({ displayName, value, unit }) => compact({ displayName: displayName.toWellFormed(), value, unit })),
    preferredVisualisationType: meta.preferredVisualisationType,
    preferredVisualisationPluginId: meta.preferredVisualisationPluginId,
    uniqueRowIdFields,
    custom: custom && (writeJson(custom) as Record<string, unknown>),
  });
}

function finite(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

/** Without the keys that are undefined. */
function compact<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as never;
}
