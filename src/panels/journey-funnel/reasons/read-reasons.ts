import { type DataFrame, FieldType } from '@grafana/data';
import { type Filter, type FunnelMarker, type FunnelReasonStep, OTHER_GROUP } from '@apitrail/contract';

import { fieldNamed, frameMarker, numberAt, textAt } from '../../../components/find-field';
import { segmentLabel } from '../steps/read-steps';
import { unitNameOf } from '../unit-name';
import { blameOf } from './reason-kinds';

/** Why some did not get to a step: one reason, with one detail where it has any. NaN where a number is not known. */
export interface ReasonRow {
  /** Index of the step that was not reached. */
  step: number;
  stepName: string;
  reason: string;
  /** What it was, readable; undefined where the reason says all. */
  detail?: string;
  /** Small details summed. */
  other: boolean;
  /** Value of the breakdown, as it is shown. */
  segment?: string;
  service?: string;
  route?: string;
  status: number;
  errorOwner?: string;
  units: number;
  /** Of all who got to the step before and not to this one. */
  share: number;
  /** Of those who did get there, who had the same. */
  controlUnits: number;
  controlShare: number;
  odds: number;
  oddsLow: number;
  oddsHigh: number;
  pValue: number;
  /** How many, and which share, at the earlier time; absent without a comparison. */
  earlier?: { units: number; share: number };
  /** Which requests are meant, beside the query's own filters; empty where none is. */
  filters: Filter[];
  frameRow: number;
}

export interface ReasonsModel {
  frame: DataFrame;
  marker?: FunnelMarker;
  unitName: string;
  rows: ReasonRow[];
  /** Per step that was not reached and segment what the reasons are shares of. */
  totals: FunnelReasonStep[];
}

/** Reads the answer to a query of reasons. */
export function readReasons(frame: DataFrame): ReasonsModel {
  const marker = frameMarker<FunnelMarker>(frame, 'funnel');
  const number = (name: string) => fieldNamed(frame, [name], FieldType.number);
  const text = (name: string) => fieldNamed(frame, [name], FieldType.string);
  const [step, units, share] = ['step', 'units', 'share'].map(number);
  const [controlUnits, controlShare] = ['control_units', 'control_share'].map(number);
  const [odds, oddsLow, oddsHigh, pValue] = ['odds_ratio', 'odds_low', 'odds_high', 'p_value'].map(number);
  const [name, reason, detail, service, route, owner] = [
    'name',
    'reason',
    'detail',
    'service',
    'route',
    'error_owner',
  ].map(text);
  const status = number('status');
  const [earlierUnits, earlierShare] = ['previous_units', 'previous_share'].map(number);
  const segment = marker?.breakdown === undefined ? undefined : frame.fields.find((f) => f.name === marker.breakdown);
  return {
    frame,
    marker,
    unitName: marker ? unitNameOf(marker) : 'units',
    totals: marker?.reasonSteps ?? [],
    rows: Array.from({ length: frame.length }, (_, row): ReasonRow => {
      const index = numberAt(step, row) - 1;
      const said = textAt(detail, row);
      return {
        step: index,
        stepName: textAt(name, row) ?? marker?.steps[index]?.name ?? `Step ${index + 1}`,
        reason: textAt(reason, row) ?? '',
        detail: said,
        other: said === OTHER_GROUP,
        segment: segment && segmentLabel(textAt(segment, row)),
        service: textAt(service, row),
        route: textAt(route, row),
        status: numberAt(status, row),
        errorOwner: textAt(owner, row),
        units: numberAt(units, row) || 0,
        share: numberAt(share, row),
        controlUnits: numberAt(controlUnits, row),
        controlShare: numberAt(controlShare, row),
        odds: numberAt(odds, row),
        oddsLow: numberAt(oddsLow, row),
        oddsHigh: numberAt(oddsHigh, row),
        pValue: numberAt(pValue, row),
        earlier: marker?.comparison &&
          earlierUnits && { units: numberAt(earlierUnits, row) || 0, share: numberAt(earlierShare, row) },
        filters: marker?.reasons?.[row]?.filters ?? [],
        frameRow: row,
      };
    }),
  };
}

/** A part of what was lost on the way to a step. */
export interface ReasonPart {
  reason: string;
  units: number;
}

/** What those who dropped on the way to a step are made of, most to blame first. Who is pending is not among them. */
export function dropParts(reasons: ReasonsModel | undefined, step: number, segment?: string): ReasonPart[] {
  const units = new Map<string, number>();
  for (const row of reasons?.rows ?? []) {
    if (row.step === step && row.reason !== 'pending' && (segment === undefined || row.segment === segment)) {
      units.set(row.reason, (units.get(row.reason) ?? 0) + row.units);
    }
  }
  return [...units]
    .map(([reason, count]) => ({ reason, units: count }))
    .filter((part) => part.units > 0)
    .sort((a, b) => blameOf(a.reason) - blameOf(b.reason));
}

/** The reasons of those who dropped that occur, most to blame first: what a legend names. */
export function reasonsShown(reasons: ReasonsModel | undefined): string[] {
  const found = new Set((reasons?.rows ?? []).filter((row) => row.units > 0).map((row) => row.reason));
  found.delete('pending');
  return [...found].sort((a, b) => blameOf(a) - blameOf(b));
}

/** Below which p-value a difference from those who converted is called more than chance. */
export const SIGNIFICANCE = 0.05;

/** Of fewer units nothing is said of what is more common among them: one of one is all of them. */
export const LEAST_SUPPORT = 5;

export type ReasonOrder = 'step' | 'units' | 'odds';

/** Owners of errors that a caller has, and can mend. */
const CALLERS: ReadonlySet<string> = new Set(['client', 'auth', 'rate_limit']);

/** What was done to units, and not by their caller: a failure of ours or of what we call, or slowness. */
function isOurs({ reason, errorOwner }: ReasonRow): boolean {
  const done = reason === 'failed' || reason === 'failed_elsewhere' || reason === 'slow';
  return done && (errorOwner === undefined || !CALLERS.has(errorOwner));
}

/**
 * Of how many the reason is likely the cause: those with it, less those who would have had it by chance. The attributable
 * fraction among the exposed, (odds − 1) / odds, with odds in place of the relative risk (Levin; Miettinen 1974).
 */
function attributable({ units, odds }: ReasonRow): number {
  return odds > 1 ? units * (1 - 1 / odds) : 0;
}

/** Rows as they are listed: by step as the answer has them, or over all steps by size or by how telling they are. */
export function orderedReasons(rows: readonly ReasonRow[], order: ReasonOrder): ReasonRow[] {
  // Nobody is to blame for those who may still go on, however many they are.
  // What was so only at the earlier time comes after all.
  const late = (row: ReasonRow) => (row.units === 0 ? 2 : row.reason === 'pending' ? 1 : 0);
  // What may be chance tells nothing, however large its odds. Of the rest, first what is ours to mend.
  const tier = (row: ReasonRow) =>
    row.units >= LEAST_SUPPORT && row.pValue < SIGNIFICANCE && row.oddsLow > 1 ? (isOurs(row) ? 0 : 1) : 2;
  switch (order) {
    case 'units':
      return [...rows].sort((a, b) => late(a) - late(b) || b.units - a.units);
    case 'odds':
      return [...rows].sort(
        (a, b) =>
          late(a) - late(b) ||
          tier(a) - tier(b) ||
          (tier(a) < 2 ? attributable(b) - attributable(a) : 0) ||
          blameOf(a.reason) - blameOf(b.reason) ||
          b.units - a.units
      );
    default:
      return [...rows].sort((a, b) => a.step - b.step || late(a) - late(b));
  }
}
