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
