import React from 'react';
import { type MetricName } from '@apitrail/contract';

import { MetricField } from './MetricFields';
import { NumberField } from './NumberField';

interface TopFieldsProps {
  query: { orderBy?: MetricName; limit?: number };
  onChange: (patch: { orderBy?: MetricName; limit?: number }, options?: { run?: boolean }) => void;
  orderByLabel: string;
  limitLabel: string;
  /** The limit of a query that names none, and the most the contract takes. */
  fallback: number;
  most: number;
}

/** By which metric the top is chosen, and how many belong to it; the rest is {other}. */
export function TopFields({ query, onChange, orderByLabel, limitLabel, fallback, most }: TopFieldsProps) {
  return (
    <>
      <MetricField
        label={orderByLabel}
        path="orderBy"
        fallback="requests"
        value={query.orderBy}
        onChange={(orderBy) => onChange({ orderBy })}
      />
      <NumberField
        label={limitLabel}
        path="limit"
        fallback={fallback}
        min={1}
        max={most}
        value={query.limit}
        onChange={(limit, options) => onChange({ limit }, options)}
      />
    </>
  );
}
