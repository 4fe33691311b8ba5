import { changeBetween } from '../../components/change';
import { type EarlierGroup, type ErrorGroup, type ErrorsModel } from './model';

/** Rows are the query's own groups, or all groups with the same value of a dimension. */
export type GroupingName = 'each' | string;

export type SortColumn =
  | 'title'
  | 'owner'
  | 'requests'
  | 'requestsChange'
  | 'customers'
  | 'customersChange'
  | 'sessions'
  | 'firstSeen'
  | 'lastSeen';

export interface Sorting {
  by: SortColumn;
  direction: 'asc' | 'desc';
}

/** A row of the list. */
export interface ErrorRow {
  id: string;
  group: ErrorGroup;
  /** The groups it is made of; one where rows are the query's own. */
  members: ErrorGroup[];
  /** The dimension it stands for a value of; absent where rows are the query's own. */
  dimension?: string;
  /**
   * Customers and sessions are the sum over groups, in which one that met several errors counts several times:
   * an upper bound.
   */
  upperBound: boolean;
}

/** The rows of the list: put together, filtered, sorted; the rest last. */
export function errorRows(model: ErrorsModel, grouping: GroupingName, search: string, sorting: Sorting): ErrorRow[] {
  const rows =
    grouping !== 'each' && model.dimensions.includes(grouping) ? mergedRows(model, grouping) : ownRows(model);
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length === 0 ? rows : rows.filter((row) => matches(row, words));
  return found.sort((a, b) => Number(a.group.other) - Number(b.group.other) || compare(a, b, sorting));
}

function ownRows(model: ErrorsModel): ErrorRow[] {
  return model.groups.map((group) => ({ id: `row ${group.frameRow}`, group, members: [group], upperBound: false }));
}

function mergedRows(model: ErrorsModel, dimension: string): ErrorRow[] {
  const byValue = new Map<string, ErrorGroup[]>();
  for (const group of model.groups) {
    const value = group.other ? 'other' : `is ${group.values[dimension] ?? ''}`;
    const members = byValue.get(value);
    if (members) {
      members.push(group);
    } else {
      byValue.set(value, [group]);
    }
  }
  return [...byValue].map(([value, members]) => ({
    id: `${dimension} ${value}`,
    group: members.length === 1 && members[0].other ? members[0] : merge(model, dimension, members),
    members,
    dimension,
    upperBound: members.length > 1,
  }));
}

function merge(model: ErrorsModel, dimension: string, members: ErrorGroup[]): ErrorGroup {
  const [first] = members;
  const value = first.values[dimension];
  const sum = (of: (group: ErrorGroup) => number) => members.reduce((total, group) => total + of(group), 0);
  const extreme = (of: (group: ErrorGroup) => number, pick: (...numbers: number[]) => number) => {
    const known = members.map(of).filter((n) => !Number.isNaN(n));
    return known.length > 0 ? pick(...known) : NaN;
  };
  const values = Object.fromEntries(
    Object.keys(first.values).map((name) => [
      name,
      members.every((m) => m.values[name] === first.values[name]) ? first.values[name] : null,
    ])
  );
  return {
    title: value === null || value === '' ? noValueTitle(model, dimension) : value,
    values,
    other: false,
    requests: sum((g) => g.requests),
    share: sum((g) => g.share),
    customers: sum((g) => g.customers),
    sessions: sum((g) => g.sessions),
    firstSeen: extreme((g) => g.firstSeen, Math.min),
    lastSeen: extreme((g) => g.lastSeen, Math.max),
    trend: mergeTrends(members.map((m) => m.trend)),
    earlier: mergeEarlier(members),
    frameRow: -1,
  };
}

/** A key that is null has no value; a column that only describes a group may be null because its requests differ. */
function noValueTitle(model: ErrorsModel, dimension: string): string {
  return model.keys.includes(dimension) ? '(none)' : '(several or none)';
}

/** Customers of several groups may be the same, then and now: of bounds no change is known. */
function mergeEarlier(members: ErrorGroup[]): EarlierGroup | undefined {
  const [first] = members;
  if (members.length === 1 || first.earlier === undefined) {
    return first.earlier;
  }
  return {
    requests: members.reduce((sum, { earlier }) => sum + (earlier?.requests || 0), 0),
    customers: NaN,
    sessions: NaN,
    trend: mergeTrends(members.map(({ earlier }) => earlier?.trend)),
  };
}

/** How much a group has changed, as a share of what it was: Infinity when it is new, -1 when it is gone. */
export function groupChange(group: ErrorGroup, of: 'requests' | 'customers'): number {
  return group.earlier === undefined ? NaN : changeBetween(group[of], group.earlier[of]);
}

function mergeTrends(lists: Array<number[] | undefined>): number[] | undefined {
  const trends = lists.filter((t): t is number[] => t !== undefined);
  if (trends.length === 0) {
    return undefined;
  }
  const length = trends.reduce((most, trend) => Math.max(most, trend.length), 0);
  const sums = new Array<number>(length).fill(0);
  for (const trend of trends) {
    trend.forEach((n, i) => (sums[i] += n));
  }
  return sums;
}

function matches({ group, members }: ErrorRow, words: string[]): boolean {
  const text = [group.title, ...members.flatMap((m) => [m.title, ...Object.values(m.values)])].join(' ').toLowerCase();
  return words.every((word) => text.includes(word));
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

function compare(a: ErrorRow, b: ErrorRow, { by, direction }: Sorting): number {
  const sign = direction === 'asc' ? 1 : -1;
  if (by === 'title') {
    return sign * collator.compare(a.group.title, b.group.title);
  }
  if (by === 'owner') {
    return sign * collator.compare(a.group.values.error_owner ?? '', b.group.values.error_owner ?? '');
  }
  const [left, right] = [sortValue(a, by), sortValue(b, by)];
  // What is not known comes last in either direction.
  if (Number.isNaN(left) || Number.isNaN(right)) {
    return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
  }
  // Two that are new differ by how many there are: from Infinity nothing can be taken away.
  return (left === right ? 0 : sign * (left - right)) || b.group.requests - a.group.requests;
}

function sortValue({ group }: ErrorRow, by: Exclude<SortColumn, 'title' | 'owner'>): number {
  switch (by) {
    case 'requestsChange':
      return groupChange(group, 'requests');
    case 'customersChange':
      return groupChange(group, 'customers');
    default:
      return group[by];
  }
}

/** A value of a dimension and how many of a row's requests have it. */
export interface Part {
  value: string;
  requests: number;
  /** Of the row's requests, 0 to 1. */
  share: number;
}

/** What is in a row: for each dimension in which its groups differ, the values and their share, most first. */
export function partsOf(model: ErrorsModel, row: ErrorRow): Array<{ dimension: string; parts: Part[] }> {
  const total = row.members.reduce((sum, m) => sum + m.requests, 0);
  return model.dimensions
    .filter((dimension) => dimension !== row.dimension)
    .map((dimension) => {
      const counts = new Map<string, number>();
      for (const member of row.members) {
        const value = member.other ? member.title : member.values[dimension] || noValueTitle(model, dimension);
        counts.set(value, (counts.get(value) ?? 0) + member.requests);
      }
      const parts = [...counts]
        .map(([value, requests]) => ({ value, requests, share: total > 0 ? requests / total : 0 }))
        .sort((a, b) => b.requests - a.requests);
      return { dimension, parts };
    })
    .filter(({ parts }) => parts.length > 1);
}

/** How much of the errors with the same value of a dimension a group makes up, where others have it too. */
export function standingOf(
  model: ErrorsModel,
  group: ErrorGroup
): Array<{ dimension: string; value: string; share: number }> {
  return model.dimensions.flatMap((dimension) => {
    const value = group.values[dimension];
    if (value === null || value === undefined || value === '') {
      return [];
    }
    const alike = model.groups.filter((g) => g.values[dimension] === value);
    const total = alike.reduce((sum, g) => sum + g.requests, 0);
    return alike.length > 1 && total > 0 ? [{ dimension, value, share: group.requests / total }] : [];
  });
}
