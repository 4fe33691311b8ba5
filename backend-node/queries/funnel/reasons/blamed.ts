import { raw, sql, type Sql } from '../../../engine/sql';
import type { HandlerContext } from '../../handler';
import { falseDiscoveryRates } from '../../shared/false-discovery';
import { differenceP, oddsRatio } from '../../shared/odds-ratio';
import { SIGNIFICANCE } from '../../shared/significance';
import { readExposures, type Exposure } from './exposures';
import { comparedOf, wholeStep, type Fates } from './fates';
import { KINDS } from './happenings';

/** What happened to attempts of one kind, told by its number. */
export type KindOfHappening = Pick<Exposure, 'step' | 'kind' | 'happening'>;

/**
 * What goes with not getting to a step, all values of a breakdown together: the interval of its odds ratio lies above 1, and it is not one of
 * the few that do so by chance where many are compared.
 */
export async function blamedOf(
  context: HandlerContext,
  fates: ReadonlyMap<string, Fates>,
  kept: { gaps: Sql; events: Sql }
): Promise<KindOfHappening[]> {
  const doubtful = raw([KINDS.slow, KINDS.failedElsewhere].join(', '));
  const all = await readExposures(context, kept, sql`kind IN (${doubtful})`);
  const together = new Map<string, Exposure>();
  for (const met of all) {
    const name = `${met.step}/${met.kind}/${met.happening}`;
    const sum = together.get(name);
    together.set(name, sum ? { ...sum, control: sum.control + met.control, exposed: sum.exposed + met.exposed } : met);
  }
  const compared = [...together.values()].map((met) => {
    const [stopped, converted] = comparedOf(wholeStep(fates, met.step), met);
    return { met, low: oddsRatio(stopped, converted).low, p: differenceP(stopped, converted) };
  });
  const rates = falseDiscoveryRates(compared.map(({ p }) => p));
  return compared.flatMap(({ met, low }, index) => (low > 1 && (rates[index] ?? 1) <= SIGNIFICANCE ? [met] : []));
}

/** They as a relation: `step`, `kind` and `happening`. */
export function happeningRows({ dialect }: HandlerContext, rows: readonly KindOfHappening[]): Sql {
  const column = (name: keyof KindOfHappening) => ({
    name,
    type: 'bigint[]' as const,
    values: rows.map((row) => row[name]),
  });
  return dialect.parameterRows([column('step'), column('kind'), column('happening')], 'number');
}
