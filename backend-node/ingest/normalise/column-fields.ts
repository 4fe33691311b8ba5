import { recordColumn } from '@apitrail/contract';

import {
  bytesField,
  durationField,
  hostField,
  methodField,
  protocolField,
  queryField,
  routeField,
  schemeField,
  statusField,
  targetField,
  textField,
  timeField,
  tlsVersionField,
  weightField,
  type FieldSetter,
} from './fields';
import { isTextColumn } from './request-record';
import { anyTimeReader } from './time';
import { statusOf, type DurationUnit } from './values';

/** How a value is to be read where the column alone does not say. */
export interface FieldReading {
  /** Unit of a duration. Default: ms. */
  unit?: DurationUnit;
  /** Reader of a time: microseconds, or NaN. Default: ISO 8601, common log format, counts since the epoch by size. */
  time?: (value: string) => number;
}

/**
 * The setter that puts a value into a column of the record, converted to its type. Undefined for names that are no
 * column that a source can fill: `attributes`, `ingested_at` and what does not exist.
 */
export function columnField(column: string, reading: FieldReading = {}): FieldSetter | undefined {
  switch (column) {
    case 'time':
      return timeField(reading.time ?? anyTimeReader());
    case 'duration_ms':
    case 'upstream_duration_ms':
      return durationField(column, reading.unit ?? 'ms');
    case 'status':
      return statusField;
    case 'upstream_status':
      return (record, value) => {
        const status = statusOf(value);
        if (Number.isNaN(status)) {
          record.dropValue(column);
        } else {
          record.upstream_status = status;
        }
      };
    case 'request_bytes':
    case 'response_bytes':
      return bytesField(column);
    case 'weight':
      return weightField;
    case 'method':
      return methodField;
    case 'path':
      return targetField;
    case 'query':
      return queryField;
    case 'scheme':
      return schemeField;
    case 'host':
      return hostField;
    case 'protocol':
      return protocolField;
    case 'route':
      return routeField;
    case 'tls_version':
      return tlsVersionField;
    default:
      return recordColumn(column) && isTextColumn(column) ? textField(column) : undefined;
  }
}
