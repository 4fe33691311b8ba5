import type { RequestRecord } from '../normalise';
import type { RowDefaults } from './append-rows';
import type { RecordRows } from './record-rows';

/** The rows of a body that were read the short way, by whichever protocol. */
export interface ShortRows {
  /** Rows that lie together: few enough to be worked on without holding up others. */
  readonly chunks: readonly RecordRows[];
  readonly count: number;
  readonly defaults: RowDefaults;
  /** Ids the sender gave them, one for each row. Default: none has one. */
  readonly ids?: ReadonlyArray<string | undefined>;
  /** Their places among all that is taken in of the body, ascending, where that matters. Default: before the records. */
  readonly places?: readonly number[];
  /** The rows as records that have been through `normaliseRecord`. */
  records(): Iterable<RequestRecord>;
}
