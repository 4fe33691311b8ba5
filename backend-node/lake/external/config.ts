import { RECORD_COLUMNS, type RecordColumn } from '@apitrail/contract';
import { z } from 'zod';

export const DURATION_UNITS = ['s', 'ms', 'us', 'ns'] as const;
export const TIME_FORMATS = ['epoch_s', 'epoch_ms', 'epoch_us', 'iso'] as const;

const DURATION_COLUMNS = new Set(['duration_ms', 'upstream_duration_ms']);

/** Columns of the record that can be mapped; attributes have a list of their own. */
const MAPPABLE: readonly RecordColumn[] = RECORD_COLUMNS.filter(({ name }) => name !== 'attributes');

const fromColumn = z.strictObject({
  column: z.string().min(1).describe('Name of their column, or of a folder such as `region=eu`.'),
  unit: z.enum(DURATION_UNITS).optional().describe('Unit of a duration. Default: ms.'),
  format: z.enum(TIME_FORMATS).optional().describe('How a time is written that is not a timestamp.'),
});

const fromConstant = z.strictObject({
  value: z.union([z.string().min(1), z.number()]).describe('The same for every row.'),
});

const sourceSchema = z.union([fromColumn, fromConstant]);

/** Where a column of the record comes from: one of their columns, or a constant. */
export type ColumnSource = z.infer<typeof sourceSchema>;

const columnsSchema = z
  .strictObject({
    time: fromColumn.describe('When the request started. The only one that must be there.'),
    ...Object.fromEntries(
      MAPPABLE.filter(({ name }) => name !== 'time').map(({ name, description }) => [
        name,
        sourceSchema.optional().describe(description),
      ])
    ),
  })
  .superRefine((columns: Record<string, ColumnSource | undefined>, ctx) => {
    for (const { name, type } of MAPPABLE) {
      const source = columns[name];
      const complain = (path: string, message: string) => ctx.addIssue({ code: 'custom', path: [name, path], message });
      if (source && 'column' in source) {
        if (source.unit !== undefined && !DURATION_COLUMNS.has(name)) {
          complain('unit', `${name} is not a duration`);
        }
        if (source.format !== undefined && type !== 'timestamp') {
          complain('format', `${name} is not a time`);
        }
      } else if (source && type === 'timestamp') {
        complain('value', `${name} cannot be the same for every row`);
      } else if (source && type !== 'string' && !Number.isFinite(Number(source.value))) {
        complain('value', `${name} is a number, ${source.value} is not`);
      }
    }
  });

/** A folder of Parquet files that somebody else writes, as `apitrail.yaml` describes it. */
export const externalDatasetSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, { error: 'must be a name of letters, digits, _ and -' })
    .refine((name) => name !== 'requests', { error: 'is taken: requests is the lake itself' })
    .describe('What queries call it in `dataset`.'),
  description: z.string().optional().describe('What it is, for the list of datasets.'),
  files: z.string().min(1).describe('A folder, or a pattern such as `logs/**/*.parquet`.'),
  columns: columnsSchema.describe('Columns of the record and where they come from. Others are null.'),
  attributes: z.array(z.string().min(1)).optional().describe('Their columns that become attributes.'),
});

export interface ExternalDatasetConfig {
  name: string;
  description?: string | undefined;
  /** A folder, which is searched for `*.parquet` at any depth, or a glob pattern. */
  files: string;
  columns: { time: { column: string; format?: (typeof TIME_FORMATS)[number] | undefined } } & Readonly<
    Record<string, ColumnSource | undefined>
  >;
  attributes?: readonly string[] | undefined;
}

/** Their columns that a configuration names. */
export function columnsNamed({ columns, attributes = [] }: ExternalDatasetConfig): string[] {
  const mapped = Object.values(columns).flatMap((source) => (source && 'column' in source ? [source.column] : []));
  return [...new Set([...mapped, ...attributes])];
}
