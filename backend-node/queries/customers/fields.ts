import { recordColumn, type CustomerMetric, type Field, type FieldConfig } from '@apitrail/contract';

/** How the numbers of customers are shown. */
export const METRIC_FIELDS: Readonly<Record<CustomerMetric, FieldConfig>> = {
  health: {
    displayNameFromDS: 'Health',
    unit: 'none',
    decimals: 0,
    min: 0,
    max: 100,
    description: '100 is well. 100 × (1 − the weighted sum of the parts); the weights are in the marker.',
  },
  requests: { displayNameFromDS: 'Requests', unit: 'short', description: 'Number of requests.' },
  sessions: {
    displayNameFromDS: 'Sessions',
    unit: 'short',
    description: 'Sessions, by their id, or by pauses of half an hour where requests have none.',
  },
  errors: { displayNameFromDS: 'Errors', unit: 'short', description: 'Server errors and client errors.' },
  error_rate: { displayNameFromDS: 'Error rate', unit: 'percentunit', description: 'Errors divided by requests.' },
  p95: { displayNameFromDS: 'p95 latency', unit: 'ms', description: '95th percentile of the duration.' },
  apdex: { displayNameFromDS: 'Apdex', unit: 'none', description: 'Apdex with T = 500 ms, 0 to 1.' },
  abandoned: {
    displayNameFromDS: 'Abandoned',
    unit: 'short',
    description: 'Journeys abandoned after a failure that is not the client’s.',
  },
  customers: { displayNameFromDS: 'Customers', unit: 'short', description: 'How many customers there are.' },
  mean_health: {
    displayNameFromDS: 'Mean health',
    unit: 'none',
    decimals: 0,
    min: 0,
    max: 100,
    description: 'Mean of the health of all customers.',
  },
  at_risk: { displayNameFromDS: 'At risk', unit: 'short', description: 'Customers with a health below the threshold.' },
};

const PARTS: ReadonlyArray<[name: string, title: string, description: string]> = [
  ['failures_part', 'Failures', 'What requests that failed took off.'],
  ['slowness_part', 'Slowness', 'What requests above the usual p95 of their endpoint took off.'],
  ['abandoned_part', 'Abandoned journeys', 'What journeys abandoned after a failure took off.'],
  ['recency_part', 'Recency', 'What silence took off, beside the customer’s own rhythm.'],
];

/** The parts of health that there are, 0 to 1. */
export function partFields(columns: object): Field[] {
  const values = columns as Record<string, ReadonlyArray<number | null> | undefined>;
  return PARTS.flatMap(([name, title, description]): Field[] =>
    values[name]
      ? [
          {
            name,
            type: 'number',
            values: values[name],
            config: { displayNameFromDS: title, unit: 'percentunit', min: 0, max: 1, description },
          },
        ]
      : []
  );
}

/** Who it is, in a column named by the unit. */
export function unitField(unit: string, values: readonly string[]): Field {
  const column = recordColumn(unit);
  const title = { customer: 'Customer', account: 'Account', session: 'Session' }[unit];
  return {
    name: unit,
    type: 'string',
    values,
    config: {
      ...(title ? { displayNameFromDS: title } : {}),
      ...(column ? { description: column.description } : {}),
      filterable: true,
    },
  };
}

export function textField(
  name: string,
  values: ReadonlyArray<string | null>,
  displayNameFromDS: string,
  description?: string
): Field {
  return {
    name,
    type: 'string',
    values,
    config: { displayNameFromDS, ...(description === undefined ? {} : { description }), filterable: true },
  };
}

export function timeField(name: string, values: ReadonlyArray<number | null>, displayNameFromDS: string): Field {
  return { name, type: 'time', values, config: { displayNameFromDS } };
}

export function numberField(name: string, values: ReadonlyArray<number | null>, config: FieldConfig): Field {
  return { name, type: 'number', values, config };
}
