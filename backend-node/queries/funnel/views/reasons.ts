import type { FunnelQuery, FunnelReasonMark } from '@apitrail/contract';

import { CONFIDENCE } from '../../shared/proportion-interval';
import { noticeEmptySteps } from '../empty-steps';
import { readCounts, readMet } from '../reasons/counts';
import { filtersOf } from '../reasons/describe';
import type { Fates } from '../reasons/fates';
import { reasonsOf } from '../reasons/reasons';
import { nobody } from '../result';
import { rowsOf } from './reason-rows';
import { reasonsFrame } from './reasons-frame';
import type { FunnelRun, FunnelViewOf } from './view';

/** Why units got to a step and no further: a row per step that was not reached, value of the breakdown, reason and detail. */
export const reasonsView: FunnelViewOf = async ({ query, own, earlier }) => {
  const { reasons, ...counted } = await countedReasons(query, own);
  const before = earlier && (await countedReasons(query, earlier));
  const rows = rowsOf(query, own.attempts.segments.length, counted, before);
  // Only what is shown is compared.
  const met = await readMet(
    own.context,
    reasons,
    rows.flatMap((row) => row.met ?? [])
  );
  await noticeWhatIsMissing(query, own, reasons.fates);
  return {
    frames: [reasonsFrame(query, own, { told: rows, met, compared: before !== undefined })],
    marker: {
      confidence: CONFIDENCE,
      slowFactor: query.slowFactor,
      reasons: rows.map((row): FunnelReasonMark => ({
        step: row.step,
        reason: row.reason,
        ...(query.breakdown === undefined ? {} : { segment: row.place - 1 }),
        filters: row.other ? [] : filtersOf(row.reason, row.happening),
      })),
      reasonSteps: [...reasons.fates].flatMap(([key, { stopped, converted, pending, excluded }]) => {
        const [step, place] = key.split('/').map(Number) as [number, number];
        const known = place <= own.attempts.segments.length;
        return known
          ? [
              {
                step,
                ...(query.breakdown === undefined ? {} : { segment: place - 1 }),
                dropped: stopped.units + excluded,
                pending,
                converted: converted.units,
              },
            ]
          : [];
      }),
    },
  };
};

async function countedReasons(query: FunnelQuery, run: FunnelRun) {
  const reasons = await reasonsOf(query, run, query.step);
  return { reasons, fates: reasons.fates, counts: await readCounts(run.context, reasons) };
}

/** Says what there is nothing to compare with, and which steps nothing matches. */
async function noticeWhatIsMissing(
  query: FunnelQuery,
  own: FunnelRun,
  fates: ReadonlyMap<string, Fates>
): Promise<void> {
  const converted = (step: number) =>
    [...fates].reduce((sum, [key, of]) => sum + (key.startsWith(`${step}/`) ? of.converted.units : 0), 0);
  const steps = [...new Set([...fates.keys()].map((key) => Number(key.split('/')[0])))];
  const without = steps.filter((step) => converted(step) === 0);
  if (without.length > 0) {
    own.context.notice(
      'info',
      `Nobody got to step ${without.join(', ')}: without anybody to compare with, errors elsewhere and slow requests are not called reasons there.`
    );
  }
  const totals = nobody(query.steps.length).map((none, index) => ({
    ...none,
    units:
      index === 0 || query.steps[index]!.optional || (query.step ?? index + 1) !== index + 1
        ? fates.size
        : converted(index + 1),
  }));
  await noticeEmptySteps(query, own, [totals]);
}
