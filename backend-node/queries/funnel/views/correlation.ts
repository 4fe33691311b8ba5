import { ApitrailError, type FunnelCorrelation, type FunnelQuery } from '@apitrail/contract';

import { CONFIDENCE } from '../../shared/proportion-interval';
import { compareValues, strongest, type Comparison } from '../correlation/compare';
import { correlationFrame } from '../correlation/frame';
import { lookedAt } from '../correlation/looked-at';
import { readSides, type Sides } from '../correlation/sides';
import { correlatedKeys, valuesMet } from '../correlation/values';
import { stepNames } from '../fields';
import type { FunnelRun, FunnelViewOf } from './view';

/** What goes with converting, and with not: a row per key and value that enough units met, and enough did not. */
export const correlationView: FunnelViewOf = async ({ query, own }) => {
  const step = targetOf(query);
  const keys = correlatedKeys(query);
  const looked = await own.context.keepResult(lookedAt(query, own.attempts, step));
  const sides = await readSides(own, looked);
  const [units, converted] = [sides[0]!.converted.units + sides[0]!.others.units, sides[0]!.converted.units];
  const comparable = converted > 0 && units > converted;
  const met = comparable ? await own.context.run(valuesMet(query, own, { looked, keys, step })) : undefined;
  const compared = met ? compareValues(met.values, keys, sides, query) : NOTHING;
  const rows = strongest(compared.rows, query.limit);
  notices(query, own, sides[0]!, compared, step);
  return {
    frames: [correlationFrame(query, rows, step)],
    marker: {
      confidence: CONFIDENCE,
      correlated: rows.map(({ filters }) => ({ filters })),
      correlation: { step, units, converted, keys, ...comparedOf(query, compared) },
    },
  };
};

const NOTHING: Comparison = { rows: [], leftOut: 0 };

function comparedOf(
  { correlateExcept, correlateNecessary }: FunnelQuery,
  { rows, leftOut }: Comparison
): Omit<FunnelCorrelation, 'step' | 'units' | 'converted' | 'keys'> {
  const necessary = rows.filter((row) => row.necessary).length;
  return {
    compared: rows.length - necessary,
    necessary,
    ...(correlateExcept.length > 0 ? { except: correlateExcept, leftOut } : {}),
    ...(correlateNecessary ? { compareNecessary: true } : {}),
  };
}

/** From how many times as many on one side on what is found says little of the other. */
const SKEWED = 10;

/** The step that counts as converting, from 1. Throws an ApitrailError for the first one. */
function targetOf({ step, steps }: FunnelQuery): number {
  if (step === 1) {
    throw new ApitrailError(
      'APITRAIL_BAD_VALUE',
      'step: is 1, which everybody in the funnel has got to. Choose a later one.',
      { where: 'step' }
    );
  }
  return step ?? steps.length;
}

function notices(query: FunnelQuery, { context }: FunnelRun, sides: Sides, compared: Comparison, step: number): void {
  const [good, bad] = [sides.converted.units, sides.others.units];
  const name = `step ${step}, ${stepNames(query)[step - 1]!}`;
  if (good === 0 || bad === 0) {
    const found =
      good > 0
        ? `Everybody got to ${name}, or may still do so`
        : bad > 0
          ? `Nobody got to ${name}`
          : 'Nobody can be compared';
    context.notice('info', `${found}: there is nothing to compare. Choose a longer range or another step.`);
    return;
  }
  const { rows, leftOut } = compared;
  if (rows.every(({ necessary }) => necessary)) {
    const left = leftOut > 0 ? ` but the ${leftOut} left out by correlateExcept` : '';
    context.notice(
      'info',
      rows.length > 0
        ? `No value${left} is left to be judged: what was met by enough units, and not by enough others, practically all meet on the way to ${name}. Choose other keys in correlate, or compare these too, with correlateNecessary.`
        : `No value${left} was met by enough units, and not by enough others, to compare them. Choose a longer range or other keys in correlate.`
    );
  }
  const times = Math.max(good / bad, bad / good);
  if (times > SKEWED) {
    const [many, few] = good > bad ? ['did', 'did not'] : ['did not', 'did'];
    context.notice(
      'warning',
      `Skewed: ${times.toFixed(0)} times as many ${many} get to ${name} as ${few}. What goes with the few rests on little.`
    );
  }
}
