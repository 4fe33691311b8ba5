import type { DataFrameJSON } from '@apitrail/contract';

import type { Value } from '../harness/same-answer';
import { JOURNEY_STEPS, routeOf } from '../lake/requests-sql';
import { rowsOf, type RawContext } from '../queries/case';
import { firstEntry, furthestEntry, pathsByHand, retentionByHand, type Variants } from './by-hand';

/** A question of journeys, with the ways to answer it by hand. */
export interface JourneyCase {
  name: string;
  query: { queryType: string } & Record<string, unknown>;
  /** None: shown beside the others only. */
  byHand?: (context: RawContext) => Variants;
  /** Whether what is written by hand gives the same answer, and is thus what ours is held to. */
  same: boolean;
  answer(frames: readonly DataFrameJSON[]): Value[][];
  /** Whether chDB's `windowFunnel` answers it. */
  windowFunnel?: boolean;
}

const STEPS = Array.from({ length: JOURNEY_STEPS }, (_, index) => {
  const { method, route } = routeOf(index);
  return {
    name: `Step ${index + 1}`,
    filters: [
      { key: 'route', operator: '=', value: route },
      { key: 'method', operator: '=', value: method },
    ],
  };
});

function funnel(more: Record<string, unknown> = {}) {
  return { queryType: 'funnel', steps: STEPS, window: '1h', identity: 'strict', ...more };
}

/** A row per step, and one for the share of rows without a unit. */
function stepsAnswer([frame]: readonly DataFrameJSON[]): Value[][] {
  const marker = frame!.schema.meta?.custom?.apitrail as { rowsWithoutUnit: number };
  const rows = rowsOf(frame, ['step', 'units', 'dropped', 'pending', 'median_ms', 'p90_ms']);
  return [...rows, [0, marker.rowsWithoutUnit, 0, 0, null, null]];
}

const unitsAnswer = ([frame]: readonly DataFrameJSON[]) => rowsOf(frame, ['step', 'units']);
const nothing = () => [];

/** Options that go unit by unit through its requests. */
const FOLLOWED: Array<[string, Record<string, unknown>]> = [
  ['counting total', { counting: 'total' }],
  ['counting total, every entry', { counting: 'total', reentry: 'optimised' }],
  ['any order', { order: 'any' }],
  ['strict order', { order: 'strict' }],
  ['an exclusion', { exclusions: [{ filters: [{ key: 'status', operator: '>=', value: '500' }] }] }],
  ['the session held constant', { holdConstant: ['session'] }],
  ['broken down by region, all', { breakdown: 'region', attribution: 'all' }],
];

export const JOURNEY_CASES: readonly JourneyCase[] = [
  {
    name: 'funnel: customers',
    query: funnel(),
    byHand: (context) => firstEntry(context, 'customer'),
    same: true,
    answer: stepsAnswer,
  },
  {
    name: 'funnel: sessions',
    query: funnel({ unit: 'session' }),
    byHand: (context) => firstEntry(context, 'session'),
    same: true,
    answer: stepsAnswer,
  },
  {
    name: 'funnel: customers, the entry that gets furthest',
    query: funnel({ reentry: 'optimised' }),
    byHand: (context) => furthestEntry(context, 'customer'),
    same: true,
    answer: unitsAnswer,
    windowFunnel: true,
  },
  { name: 'funnel: customers through sessions', query: funnel({ identity: 'session' }), same: false, answer: nothing },
  { name: 'funnel: broken down by region', query: funnel({ breakdown: 'region' }), same: false, answer: nothing },
  { name: 'funnel: reasons of customers', query: funnel({ view: 'reasons' }), same: false, answer: nothing },
  {
    name: 'funnel: reasons of sessions',
    query: funnel({ view: 'reasons', unit: 'session' }),
    same: false,
    answer: nothing,
  },
  { name: 'funnel: correlation', query: funnel({ view: 'correlation' }), same: false, answer: nothing },
  ...FOLLOWED.map(([name, more]) => ({ name: `funnel: ${name}`, query: funnel(more), same: false, answer: nothing })),
  {
    name: 'retention: days',
    query: { queryType: 'retention', identity: 'strict' },
    byHand: retentionByHand,
    same: false,
    answer: nothing,
  },
  {
    name: 'paths: from the first request of a session',
    query: { queryType: 'paths', identity: 'strict' },
    byHand: pathsByHand,
    same: false,
    answer: nothing,
  },
  {
    name: 'paths: after a request',
    query: { queryType: 'paths', identity: 'strict', anchor: STEPS[2]!.filters },
    same: false,
    answer: nothing,
  },
  ...['strict', 'session'].flatMap((identity) =>
    ['list', 'outreach'].map((view) => ({
      name: `customers: ${view}, identity ${identity}`,
      query: { queryType: 'customers', identity, view },
      same: false,
      answer: nothing,
    }))
  ),
];
