import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBTimestampTZValue,
  LIST,
  TIMESTAMPTZ,
  VARCHAR,
  listValue,
  type DuckDBType,
  type DuckDBValue,
} from '@duckdb/node-api';

import type { Parameter, ParameterType } from './sql';

interface Kind {
  type: DuckDBType;
  convert: (value: unknown) => DuckDBValue;
}

const varchar: Kind = {
  type: VARCHAR,
  convert: (value) => expect(typeof value === 'string', value, 'varchar') as string,
};
const bigint: Kind = { type: BIGINT, convert: (value) => toBigInt(value, 'bigint') };
const double: Kind = { type: DOUBLE, convert: (value) => expect(typeof value === 'number', value, 'double') as number };

// A list is always bound with the type of its items: DuckDB takes an untyped one for a list of nulls.
const list = (item: Kind): Kind => ({
  type: LIST(item.type),
  convert: (value) => {
    expect(Array.isArray(value), value, 'list');
    return listValue((value as unknown[]).map((one) => (one == null ? null : item.convert(one))));
  },
});

const KINDS: Record<ParameterType, Kind> = {
  varchar,
  bigint,
  double,
  boolean: { type: BOOLEAN, convert: (value) => expect(typeof value === 'boolean', value, 'boolean') as boolean },
  timestamptz_us: {
    type: TIMESTAMPTZ,
    convert: (value) => new DuckDBTimestampTZValue(toBigInt(value, 'timestamptz_us')),
  },
  'varchar[]': list(varchar),
  'bigint[]': list(bigint),
  'double[]': list(double),
};

/** The value and type DuckDB binds for a parameter. Throws a TypeError when the value is not of the type. */
export function bindingOf({ type, value }: Parameter): { value: DuckDBValue; type: DuckDBType } {
  const kind = KINDS[type];
  return { value: value == null ? null : kind.convert(value), type: kind.type };
}

function toBigInt(value: unknown, type: ParameterType): bigint {
  expect(typeof value === 'bigint' || Number.isSafeInteger(value), value, type);
  return BigInt(value as number | bigint);
}

function expect(holds: boolean, value: unknown, type: string): unknown {
  if (!holds) {
    throw new TypeError(`${String(value)} cannot be bound as ${type}`);
  }
  return value;
}
