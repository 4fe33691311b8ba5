import type { CustomersMarker } from '@apitrail/contract';

import type { Answer } from '../handler';

/** The answer of a view, with what its marker has beyond what every view's does. */
export interface CustomersAnswer extends Answer {
  marker: Partial<Omit<CustomersMarker, 'queryType'>> & Record<string, unknown>;
  /** Share of rows in the range, after filters, that have no unit; undefined where only the rows of one customer were read. */
  withoutUnit?: number;
}
