import type { FunnelQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import { nobody, type FunnelResult, type FunnelStepTotals } from './result';
import { stepTotals } from './totals';
import type { FunnelRun } from './views/view';

/** How many got to each step, by segment, and which share of the rows has no unit. */
export async function readTotals(
  query: FunnelQuery,
  { context, attempts }: FunnelRun
): Promise<FunnelResult & { withoutUnit: number }> {
  const { segments, weighted, units } = attempts;
  const table = await context.run(sql`${attempts.tables}
${stepTotals(attempts, query, context.dialect)}
UNION ALL
SELECT 0 AS step, 0 AS place, without_unit, requests, NULL, NULL, NULL, NULL FROM (${units.counted}) AS counted
ORDER BY step, place`);
  const [steps, places, counts, squares, pending, excluded, median, p90] = table.values as [
    number[],
    number[],
    ...Array<Array<number | null>>,
  ];
  const totals = segments.map(() => nobody(query.steps.length));
  let withoutUnit = 0;
  steps.forEach((step, row) => {
    if (step === 0) {
      const requests = squares![row] ?? 0;
      withoutUnit = requests > 0 ? (counts![row] ?? 0) / requests : 0;
      return;
    }
    const found: FunnelStepTotals = {
      units: counts![row]!,
      squares: squares![row]!,
      open: pending![row]!,
      excluded: excluded![row]!,
      medianMs: median![row] ?? null,
      p90Ms: p90![row] ?? null,
    };
    // An earlier time may have values that the asked one has none of, when that has no {other}.
    const of = totals[places[row]! - 1];
    if (of) {
      of[step - 1] = found;
    }
  });
  return { totals, segments, weighted, withoutUnit };
}
