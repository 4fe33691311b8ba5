import { ApitrailError, MOST_COHORT_DEPTH, nearest, type Cohort } from '@apitrail/contract';

import { cohortsNamedIn, type NamedCohort } from './cohort-filters';

/** The saved cohorts, by name. */
export type CohortDefinitions = ReadonlyMap<string, Cohort>;

/** Where saved cohorts are read from. */
export interface CohortSource {
  /** Throws an ApitrailError where they cannot be read. */
  list(): Promise<readonly Cohort[]>;
}

/** The cohort of a name. Throws APITRAIL_UNKNOWN_COHORT, which names the nearest or those there are. */
export function cohortNamed({ name, where }: NamedCohort, definitions: CohortDefinitions): Cohort {
  const cohort = definitions.get(name);
  if (!cohort) {
    throw new ApitrailError(
      'APITRAIL_UNKNOWN_COHORT',
      `${where}: there is no saved cohort ${JSON.stringify(name)}. ${helpFor(name, [...definitions.keys()])}`,
      { where }
    );
  }
  return cohort;
}

function helpFor(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  if (near !== undefined) {
    return `Did you mean ${near}?`;
  }
  const some = known.slice(0, 10).join(', ');
  return known.length === 0
    ? 'No cohort is saved yet: apitrail cohorts save, or PUT /api/cohorts/NAME, saves one.'
    : `There ${known.length === 1 ? 'is' : 'are'}: ${some}${known.length > 10 ? ` and ${known.length - 10} more` : ''}.`;
}

/**
 * Checks what a cohort is defined by: every cohort it names is there, none leads back to itself, and they do not go deeper than
 * is followed. Throws an ApitrailError.
 */
export function checkDefinition(cohort: Cohort, definitions: CohortDefinitions, path: readonly string[] = []): void {
  const named = cohortsNamedIn({ filters: cohort.filters, funnel: cohort.funnel });
  for (const one of named) {
    const way = [...path, cohort.name, one.name];
    if ([...path, cohort.name].includes(one.name)) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        `${one.where}: the cohort ${one.name} would be defined by itself: ${way.join(' → ')}.`,
        { where: one.where }
      );
    }
    if (way.length > MOST_COHORT_DEPTH) {
      throw new ApitrailError(
        'APITRAIL_BAD_VALUE',
        `${one.where}: cohorts are defined by each other ${way.length} deep, ${way.join(' → ')}; at most ${MOST_COHORT_DEPTH} may be.`,
        { where: one.where }
      );
    }
    checkDefinition(cohortNamed(one, definitions), definitions, [...path, cohort.name]);
  }
}
