import type { ValuesQuery } from '@apitrail/contract';

import type { Answer, HandlerContext } from '../handler';
import { metricField } from '../shared/fields';

/**
 * Names of the saved cohorts, in the order of the alphabet, whatever the range and the filters are. How many requests their members
 * made is not counted: who they are would have to be worked out for each.
 */
export async function cohortValues({ search, limit }: ValuesQuery, context: HandlerContext): Promise<Answer> {
  const wanted = search.toLowerCase();
  const found = (await context.savedCohorts())
    .filter(({ name, title = '' }) => name.includes(wanted) || title.toLowerCase().includes(wanted))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  if (found.length > limit) {
    context.notice('info', `Only the first ${limit} of ${found.length} cohorts are listed.`);
  }
  const shown = found.slice(0, limit);
  return {
    frames: [
      {
        meta: { type: 'table' },
        fields: [
          { name: 'value', type: 'string', values: shown.map(({ name }) => name) },
          metricField(
            'requests',
            shown.map(() => null)
          ),
          { name: 'title', type: 'string', values: shown.map(({ title }) => title ?? null) },
          { name: 'unit', type: 'string', values: shown.map(({ unit }) => unit) },
        ],
      },
    ],
  };
}
