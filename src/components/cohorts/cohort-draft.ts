import { type AdHocFilterItem } from '@grafana/ui';
import { type CohortInput, type Filter, type FunnelMarker } from '@apitrail/contract';

import { type Action } from '../actions';
import { type DrillTarget, uniqueFilters } from '../drill-down';
import { durationText } from '../duration-text';

/** What of a cohort says who is in it, beside the time. */
export type CohortDefinition = Pick<CohortInput, 'unit' | 'identity' | 'funnel'> & { filters: Filter[] };

/** A cohort that a mark of a panel can be saved as. */
export interface CohortDraft {
  target: DrillTarget;
  /** What it may be called. */
  title: string;
  definition: CohortDefinition;
  /** Whether a person chooses who is followed: the mark counts requests. */
  anyUnit?: boolean;
  /** Of the mark, epoch milliseconds. */
  range: { from: number; to: number };
  /** Whether the range is part of what the mark says: those who started on Monday. */
  fixed?: boolean;
}

/** Opens the form that saves a cohort; undefined for whoever may not. */
export type SaveCohort = ((draft: CohortDraft, add?: (item: AdHocFilterItem) => void) => void) | undefined;

interface Asked extends Omit<CohortDraft, 'target' | 'definition'> {
  target: DrillTarget | undefined;
  /** Its filters come on top of the frame's own. Undefined where filters cannot say who is meant. */
  definition: CohortDefinition | undefined;
  description: string;
  label?: string;
  add?: (item: AdHocFilterItem) => void;
}

/** Saves who is behind a mark under a name; only where they may be saved. */
export function saveAsCohort(save: SaveCohort, asked: Asked): Action | undefined {
  const { target, definition, description, label = 'Save as cohort…', add, ...draft } = asked;
  if (!save || !target) {
    return undefined;
  }
  if (!definition) {
    const disabled = 'Too many groups to leave out in one cohort';
    return { label, icon: 'save', disabled, run: () => undefined };
  }
  const filters = uniqueFilters([...target.filters, ...definition.filters]);
  return {
    label,
    description,
    icon: 'save',
    run: () => save({ ...draft, target, definition: { ...definition, filters } }, add),
  };
}

/** Those who made requests: whom to follow is chosen when it is saved. */
export function whoMade(filters: Filter[] | undefined): CohortDefinition | undefined {
  return filters && { unit: 'customer', identity: 'session', filters };
}

type Funnel = NonNullable<CohortInput['funnel']>;

/** What became of units in the funnel of a marker, as cohorts say it. */
export function whoBecame(
  marker: FunnelMarker,
  became: Pick<Funnel, 'step' | 'outcome' | 'reason' | 'detail' | 'slowFactor'>
): CohortDefinition {
  const { unit, identity, window, order, reentry, counting, successOnly, steps, exclusions, holdConstant } = marker;
  return {
    unit,
    identity: identity ?? 'session',
    filters: [],
    funnel: {
      ...{ steps, window: durationText(window), order, reentry, counting, successOnly, exclusions, holdConstant },
      ...became,
    },
  };
}
