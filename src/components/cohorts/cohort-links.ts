import { type SavedCohort } from '@apitrail/contract';

import appPlugin from '../../plugin.json';
import { type DrillTarget, exploreQueryPath, hrefOf } from '../drill-down';

/** Most members that the link to them lists. */
const MOST_MEMBERS = 1000;

/** The page in Explore that lists the members of a cohort, and how well each is served. */
export function membersPath(
  { name, unit, identity }: Pick<SavedCohort, 'name' | 'unit' | 'identity'>,
  target: Pick<DrillTarget, 'datasource' | 'dataset' | 'timezone'>,
  range: { from: number; to: number }
): string {
  return exploreQueryPath(
    { ...target, filters: [] },
    {
      ...{ queryType: 'customers', view: 'list', unit, identity, limit: MOST_MEMBERS },
      filters: [{ key: 'cohort', operator: '=', value: name }],
    },
    range
  );
}

/** The page of the app that lists saved cohorts. */
export function cohortsHref(uid: string): string {
  return hrefOf(`/a/${appPlugin.id}/cohorts?datasource=${encodeURIComponent(uid)}`);
}
