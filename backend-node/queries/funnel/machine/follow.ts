import type { FunnelQuery } from '@apitrail/contract';

import type { KeptColumn, ResultTable } from '../../../engine/engine';
import type { Attempt } from './attempt';
import { entriesOf, type Entries } from './entries';
import type { FunnelEvent } from './event';
import type { FunnelRule } from './rule';

/** What units are followed by. */
export interface Following {
  rule: FunnelRule;
  attribution: FunnelQuery['attribution'];
  /** The newest data there is, microseconds: an attempt whose window reaches past it may still go on. */
  newestUs: number;
}

/** Columns of the attempts, in the order of `attemptColumns`. */
export const ATTEMPT_COLUMNS: readonly KeptColumn[] = [
  { name: 'unit', type: 'VARCHAR' },
  { name: 'attempt', type: 'INTEGER' },
  { name: 'segment', type: 'VARCHAR' },
  { name: 'weight', type: 'DOUBLE' },
  { name: 'entry_us', type: 'BIGINT' },
  { name: 'reached', type: 'INTEGER' },
  { name: 'at_us', type: 'BIGINT[]' },
  { name: 'done', type: 'BIGINT[]' },
  { name: 'ended', type: 'VARCHAR' },
];

/** The requests of one unit, in the order of their times, and what becomes of its attempts. */
export class UnitJourney {
  private readonly entries: Entries;
  private moment: FunnelEvent[] = [];

  constructor(rule: FunnelRule, onCrowd: () => void = () => undefined) {
    this.entries = entriesOf(rule, onCrowd);
  }

  add(event: FunnelEvent): void {
    if (this.moment.length > 0 && this.moment[0]!.time !== event.time) {
      this.close();
    }
    this.moment.push(event);
  }

  /** Whether nothing that comes can change anything. */
  get settled(): boolean {
    return this.entries.settled;
  }

  finish(): Attempt[] {
    this.close();
    return this.entries.finish();
  }

  private close(): void {
    if (this.moment.length > 0) {
      this.entries.take(this.moment[0]!.time, this.moment);
      this.moment = [];
    }
  }
}

/** As many attempts as are handed on at once. */
const PART_ROWS = 2048;

/**
 * Follows every unit through its requests, which come ordered by unit, with attribution `all` by segment, and by time, with the
 * columns `unit`, `segment`, `at_us`, `steps`, `exclusions`, `weight` and one per key that is held constant. Gives attempts as
 * parts with the columns of `ATTEMPT_COLUMNS`; in memory are the requests of one moment and the attempts of one unit.
 * `onCrowd` is told units of which not every entry was followed.
 */
export async function* followUnits(
  requests: AsyncIterable<ResultTable>,
  following: Following,
  onCrowd: (unit: string) => void
): AsyncGenerator<unknown[][]> {
  const apart = following.attribution === 'all';
  let part = emptyPart();
  let unit: string | undefined;
  let segment: string | null = null;
  let journey: UnitJourney | undefined;
  const finish = () => {
    journey?.finish().forEach((attempt, index) => addRow(part, unit!, index + 1, segment, attempt, following));
  };
  for await (const { values, rowCount } of requests) {
    const [units, segments, times, steps, exclusions, weights, ...held] = values as [
      string[],
      Array<string | null>,
      number[],
      number[],
      number[],
      number[],
      ...Array<Array<string | null>>,
    ];
    for (let row = 0; row < rowCount; row++) {
      if (units[row] !== unit || journey === undefined || (apart && segments[row] !== segment)) {
        finish();
        unit = units[row]!;
        segment = segments[row]!;
        const name = unit;
        journey = new UnitJourney(following.rule, () => onCrowd(name));
      } else if (journey.settled) {
        continue;
      }
      journey.add({
        time: times[row]!,
        steps: steps[row]!,
        exclusions: exclusions[row]!,
        held: held.length === 0 ? NOTHING : held.map((column) => column[row]!),
        segment: segments[row]!,
        weight: weights[row]!,
      });
    }
    if (part[0]!.length >= PART_ROWS) {
      yield part;
      part = emptyPart();
    }
  }
  finish();
  yield part;
}

const NOTHING: readonly string[] = [];

function emptyPart(): unknown[][] {
  return ATTEMPT_COLUMNS.map(() => []);
}

function addRow(
  part: unknown[][],
  unit: string,
  number: number,
  segment: string | null,
  attempt: Attempt,
  following: Following
): void {
  const { attribution } = following;
  const row = [
    unit,
    number,
    attribution === 'all' ? segment : segmentOf(attempt, attribution),
    attempt.weight,
    attempt.entry,
    attempt.reached,
    attempt.at,
    attempt.done ?? null,
    endOf(attempt, following),
  ];
  row.forEach((value, column) => part[column]!.push(value));
}

function segmentOf({ at, values }: Attempt, attribution: 'first' | 'last' | number): string | null {
  if (typeof attribution === 'number') {
    return values[attribution - 1] ?? null;
  }
  // In the order any the n-th place is the n-th to be reached; in the others places are in the order of time too.
  const known = values.filter((value, index) => at[index] !== null && value !== null);
  return (attribution === 'first' ? known[0] : known.at(-1)) ?? null;
}

/** How an attempt ended, as the relation of attempts says it. */
export function endOf({ ended, entry }: Attempt, { rule, newestUs }: Following): string {
  switch (ended) {
    case 'converted':
      return 'converted';
    case 'excluded':
    case 'removed':
      return 'excluded';
    case 'broken':
      return 'stopped';
    default:
      return entry + rule.window > newestUs ? 'pending' : 'stopped';
  }
}
