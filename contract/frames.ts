/** What a column of a frame holds. `time` is integer epoch milliseconds, `json` any JSON value per row. */
export type FieldType = 'time' | 'number' | 'string' | 'boolean' | 'json';

/** The part of Grafana's field configuration that its Go SDK keeps. */
export interface FieldConfig {
  displayName?: string;
  displayNameFromDS?: string;
  description?: string;
  unit?: string;
  decimals?: number;
  min?: number;
  max?: number;
  noValue?: string;
  filterable?: boolean;
  /** Milliseconds between the points of a time field. */
  interval?: number;
  links?: Array<{ title: string; url: string; targetBlank?: boolean }>;
  custom?: Record<string, unknown>;
}

/** A column to be written. Values are checked and cleaned by the writer. */
export interface Field {
  name: string;
  type: FieldType;
  values: readonly unknown[];
  labels?: Record<string, string>;
  config?: FieldConfig;
}

export interface Notice {
  severity: 'info' | 'warning' | 'error';
  text: string;
  link?: string;
}

export interface Stat {
  displayName: string;
  value: number;
  unit?: string;
}

/** Kinds of frames of Grafana's data plane contract that Apitrail answers with. */
export type FrameType = 'timeseries-multi' | 'timeseries-wide' | 'numeric-long' | 'log-lines' | 'table';

export interface FrameMeta {
  type?: FrameType;
  typeVersion?: [number, number];
  executedQueryString?: string;
  notices?: Notice[];
  stats?: Stat[];
  preferredVisualisationType?: 'graph' | 'table' | 'logs' | 'trace' | 'nodeGraph';
  preferredVisualisationPluginId?: string;
  uniqueRowIdFields?: number[];
  custom?: Record<string, unknown>;
}

export interface Frame {
  name?: string;
  meta?: FrameMeta;
  fields: Field[];
}

/** A frame as it goes over the wire, in the key order that Grafana's Go SDK needs. */
export interface DataFrameJSON {
  schema: {
    name?: string;
    refId?: string;
    meta?: FrameMeta;
    fields: Array<{
      name: string;
      type: string;
      typeInfo: { frame: string; nullable?: boolean };
      labels?: Record<string, string>;
      config?: FieldConfig;
    }>;
  };
  data: {
    values: unknown[][];
    entities?: Array<FieldEntities | null>;
    nanos?: Array<number[] | null>;
  };
}

/** Rows whose value JSON cannot hold. */
export interface FieldEntities {
  NaN?: number[];
  Inf?: number[];
  NegInf?: number[];
}

const WIRE_TYPES: Record<FieldType, { type: string; frame: string }> = {
  time: { type: 'time', frame: 'time.Time' },
  number: { type: 'number', frame: 'float64' },
  string: { type: 'string', frame: 'string' },
  boolean: { type: 'boolean', frame: 'bool' },
  json: { type: 'other', frame: 'json.RawMessage' },
};

/**
 * The one writer of frames. One bad value makes Grafana's Go SDK refuse the answers to every query of a request, so this
 * guarantees: `schema` before `data`, `values` before `entities` before `nanos`; `typeInfo` on every field; every field
 * nullable but the time of a series; time as integer milliseconds; numbers that JSON can hold, with NaN and infinities as entities;
 * strings without lone surrogates; columns of equal length; no key the SDK does not know.
 *
 * Throws a TypeError for what can only be a fault of the caller: columns of unequal length, a null time in a series,
 * a value of another type than its field.
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
      name: field.name,
      type: wire.type,
      typeInfo: strict ? { frame: wire.frame } : { frame: wire.frame, nullable: true },
      ...(field.labels ? { labels: field.labels } : {}),
      ...(field.config ? { config: field.config } : {}),
    };
  });

  return {
    schema: {
      ...(frame.name === undefined ? {} : { name: frame.name }),
      ...(refId === undefined ? {} : { refId }),
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
      return {
        values: field.values.map((v) => (v == null ? null : wellFormed(typeof v === 'string' ? v : String(v)))),
      };
    case 'boolean':
      return {
        values: field.values.map((v) => {
          if (v != null && typeof v !== 'boolean') {
            throw new TypeError(`field ${field.name}: ${String(v)} is not a boolean`);
          }
          return v ?? null;
        }),
      };
    case 'json':
      return { values: field.values.map((v) => v ?? null) };
  }
}

/** Times may carry a fraction of a millisecond; it travels as nanoseconds beside the integer. */
function writeTimes(field: Field, strict: boolean): Column {
  const values: Array<number | null> = [];
  const nanos: number[] = [];
  let fraction = false;
  for (const value of field.values) {
    if (value == null) {
      if (strict) {
        throw new TypeError(`field ${field.name}: the time of a series must not be null`);
      }
      values.push(null);
      nanos.push(0);
      continue;
    }
    if (typeof value !== 'number' || !Number.isFinite(value)) {
      throw new TypeError(`field ${field.name}: ${String(value)} is not a time in milliseconds`);
    }
    const whole = Math.floor(value);
    const rest = Math.round((value - whole) * 1000) * 1000;
    fraction ||= rest !== 0;
    values.push(whole);
    nanos.push(rest >= 1_000_000 ? 999_000 : rest);
  }
  return fraction ? { values, nanos } : { values };
}

function writeNumbers(field: Field): Column {
  const entities: FieldEntities = {};
  let special = false;
  const values = field.values.map((value, row) => {
    if (value == null) {
      return null;
    }
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number') {
      throw new TypeError(`field ${field.name}: ${String(value)} is not a number`);
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

function writeMeta(meta: FrameMeta): FrameMeta {
  return meta.type !== undefined && meta.type !== 'table' && meta.typeVersion === undefined
    ? { ...meta, typeVersion: [0, 1] }
    : meta;
}

function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}
