import { readFile } from 'node:fs/promises';

import { ApitrailError, nearest, RECORD_COLUMNS } from '@apitrail/contract';
import { IANAZone } from 'luxon';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';

import { columnField } from '../normalise/column-fields';
import { attributeField, requestLineField, targetField, type FieldSetter } from '../normalise/fields';
import { anyTimeReader, clfTimeReader, epochMicros, isoTimeReader } from '../normalise/time';
import { strftimeReader } from './strftime';

/** Columns the import fills itself, so that no mapping can. */
const OWN = new Set(['attributes', 'ingested_at', 'route_source', 'session_source']);
const TARGETS = [
  ...RECORD_COLUMNS.map((column) => column.name as string).filter((name) => !OWN.has(name)),
  'request',
  'url',
];

const fieldSchema = z.strictObject({
  field: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .describe('Path of the field, dots between the keys of nested objects; of several names the one a record has.'),
  unit: z.enum(['ns', 'us', 'ms', 's', 'min']).optional().describe('Unit of a duration. Default: ms.'),
  format: z
    .string()
    .min(1)
    .optional()
    .describe('Form of a time: auto, iso, clf, epoch_s, epoch_ms, epoch_us, epoch_ns, or a strftime format.'),
  timezone: z
    .string()
    .refine((zone) => IANAZone.isValidZone(zone), { error: 'is no IANA time zone' })
    .optional()
    .describe('Zone of a time without an offset. Default: UTC.'),
});
const constantSchema = z.strictObject({ constant: z.union([z.string(), z.number()]) });

/** The schema of a mapping file. */
export const mappingSchema = z.strictObject({
  columns: z
    .record(z.string(), z.union([z.string().min(1), fieldSchema, constantSchema]))
    .describe('Column of the record, `request` (a request line), `url` (target or URL) or `attributes.NAME` to field.'),
  attributes: z.enum(['keep', 'drop']).default('keep').describe('What becomes of fields that are not mapped.'),
  delimiter: z.string().length(1).optional().describe('Delimiter of delimited text. Default: comma, tab for tsv.'),
  quote: z.string().length(1).nullable().optional().describe('Quote of delimited text; null for none.'),
  header: z
    .union([z.boolean(), z.array(z.string().min(1)).min(1)])
    .optional()
    .describe('Whether the first line names the fields, or the names when it does not.'),
});

export type Mapping = z.output<typeof mappingSchema>;

/** Reads and checks a mapping file, YAML or JSON. Throws APITRAIL_BAD_MAPPING. */
export async function readMapping(path: string): Promise<Mapping> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new ApitrailError(
      'APITRAIL_BAD_MAPPING',
      `The mapping file ${path} cannot be read: ${(cause as Error).message}.`,
      {
        where: path,
        cause,
      }
    );
  }
  let value: unknown;
  try {
    value = parseYaml(text);
  } catch (cause) {
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `${path} is neither YAML nor JSON: ${(cause as Error).message}`, {
      where: path,
      cause,
    });
  }
  return parseMapping(value, path);
}

/** Checks a mapping: its shape, that its columns exist and that its times can be read. Throws APITRAIL_BAD_MAPPING. */
export function parseMapping(value: unknown, where = 'mapping'): Mapping {
  const parsed = mappingSchema.safeParse(value);
  if (!parsed.success) {
    const issue = nearestIssue(parsed.error.issues[0]!);
    const path = [...issue.path, ...(issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.');
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `${where}: ${path || 'the file'}: ${issue.message}.`, {
      where: path || where,
    });
  }
  for (const target of Object.keys(parsed.data.columns)) {
    if (!TARGETS.includes(target) && !/^attributes\../.test(target)) {
      const guess = nearest(target, TARGETS);
      throw new ApitrailError(
        'APITRAIL_BAD_MAPPING',
        `${where}: the record has no column ${target}.${guess ? ` Did you mean ${guess}?` : ''} ` +
          `Columns are: ${TARGETS.join(', ')}; and attributes.NAME.`,
        { where: target }
      );
    }
  }
  if (!('time' in parsed.data.columns)) {
    throw new ApitrailError('APITRAIL_BAD_MAPPING', `${where}: no field is mapped to time, which every row needs.`, {
      where: 'time',
    });
  }
  compileMapping(parsed.data);
  return parsed.data;
}

type Issue = z.core.$ZodIssue;

/** Of the forms a value may have, what is wrong with it by the one it comes nearest to: whose fault lies deepest. */
function nearestIssue(issue: Issue): Issue {
  if (issue.code !== 'invalid_union') {
    return issue;
  }
  const inner = issue.errors
    .filter((issues) => issues.length === 1)
    .map(([only]) => nearestIssue(only!))
    .filter(({ path }) => path.length > 0);
  const deepest = inner.sort((a, b) => b.path.length - a.path.length)[0];
  return deepest ? { ...deepest, path: [...issue.path, ...deepest.path] } : issue;
}

/** A mapping made ready for use. */
export interface CompiledMapping {
  /** What to do with the value of a field, by its path. */
  fields: Map<string, FieldSetter>;
  /** Values every record gets. */
  constants: Array<{ set: FieldSetter; value: string | number }>;
  keepOthers: boolean;
}

/** Turns a checked mapping into setters. */
export function compileMapping(mapping: Mapping): CompiledMapping {
  const fields = new Map<string, FieldSetter>();
  const constants: CompiledMapping['constants'] = [];
  for (const [target, spec] of Object.entries(mapping.columns)) {
    if (typeof spec === 'object' && 'constant' in spec) {
      constants.push({ set: targetSetter(target, {}), value: spec.constant });
      continue;
    }
    const { field, ...reading } = typeof spec === 'string' ? { field: spec } : spec;
    const set = targetSetter(target, reading);
    for (const path of Array.isArray(field) ? field : [field]) {
      const other = fields.get(path);
      fields.set(
        path,
        other
          ? (record, value) => {
              other(record, value);
              set(record, value);
            }
          : set
      );
    }
  }
  return { fields, constants, keepOthers: mapping.attributes === 'keep' };
}

function targetSetter(target: string, spec: Omit<z.output<typeof fieldSchema>, 'field'>): FieldSetter {
  if (target === 'request') {
    return requestLineField;
  }
  if (target === 'url') {
    return targetField;
  }
  if (target.startsWith('attributes.')) {
    return attributeField(target.slice('attributes.'.length));
  }
  const time = target === 'time' ? timeReader(spec.format ?? 'auto', spec.timezone) : undefined;
  return columnField(target, { ...(spec.unit ? { unit: spec.unit } : {}), ...(time ? { time } : {}) })!;
}

function timeReader(format: string, zone: string | undefined): (text: string) => number {
  switch (format) {
    case 'auto':
      return anyTimeReader(zone);
    case 'iso':
      return isoTimeReader(zone);
    case 'clf':
      return clfTimeReader();
    case 'epoch_s':
    case 'epoch_ms':
    case 'epoch_us':
    case 'epoch_ns': {
      const unit = format.slice('epoch_'.length) as 's' | 'ms' | 'us' | 'ns';
      return (text) => epochMicros(text, unit);
    }
    default:
      if (!format.includes('%')) {
        throw new ApitrailError(
          'APITRAIL_BAD_MAPPING',
          `time has no format ${format}. It is one of auto, iso, clf, epoch_s, epoch_ms, epoch_us, epoch_ns, or a strftime format such as %Y-%m-%d %H:%M:%S.`,
          { where: 'time' }
        );
      }
      return strftimeReader(format, zone);
  }
}
