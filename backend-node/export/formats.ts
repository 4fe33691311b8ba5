import { ApitrailError } from '@apitrail/contract';

/** Formats that answers and members are exported in, with their content types. */
export const EXPORT_FORMATS = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
} as const;

export type ExportFormat = keyof typeof EXPORT_FORMATS;

/** The format of a name, `fallback` without one. Throws an ApitrailError for what is none. */
export function exportFormat(text: string | undefined, fallback: ExportFormat): ExportFormat {
  const name = text ?? fallback;
  if (!Object.hasOwn(EXPORT_FORMATS, name)) {
    throw new ApitrailError(
      'APITRAIL_UNSUPPORTED_FORMAT',
      `format must be one of ${Object.keys(EXPORT_FORMATS).join(', ')}, not ${JSON.stringify(name)}.`,
      { where: 'format' }
    );
  }
  return name as ExportFormat;
}
