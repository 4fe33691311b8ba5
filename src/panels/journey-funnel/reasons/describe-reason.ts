import { changeBetween, changeShare, earlierText } from '../../../components/change';
import { ownerOf } from '../../../components/error-owners';
import { capital, formatCount, formatShare, NO_VALUE } from '../../../components/format';
import { type TooltipRow } from '../../../components/PanelTooltip';
import { pText } from '../steps/significance';
import { REASON_KINDS, reasonLabel } from './reason-kinds';
import { LEAST_SUPPORT, type ReasonRow, type ReasonsModel, SIGNIFICANCE } from './read-reasons';

const MANY_TIMES = 1000;

/** Whether it is more, or less, common among those who stopped than chance would have it; undefined when not known. */
export function isTelling({ pValue, odds }: Pick<ReasonRow, 'pValue' | 'odds'>): boolean | undefined {
  return Number.isNaN(pValue) || Number.isNaN(odds) ? undefined : pValue < SIGNIFICANCE;
}

/** An odds ratio as a factor: `3.4×`, `0.42×`, `over 1,000×`. */
export function oddsText(odds: number): string {
  if (Number.isNaN(odds)) {
    return NO_VALUE;
  }
  if (odds > MANY_TIMES) {
    return `over ${formatCount(MANY_TIMES)}×`;
  }
  const digits = odds < 1 ? 2 : odds < 10 ? 1 : 0;
  return `${Number(odds.toFixed(digits)).toLocaleString('en')}×`;
}

/** How a reason compares with those who converted, in words; undefined where there is nothing to compare with. */
export function comparedWords(row: ReasonRow): string | undefined {
  if (Number.isNaN(row.odds)) {
    return undefined;
  }
  if (row.controlUnits === 0) {
    return 'nobody who converted had it';
  }
  return `${oddsText(row.odds)} as common as among those who converted`;
}

/** Whether the difference is more than chance, with the p-value. */
export function significanceWords(row: ReasonRow): string | undefined {
  const telling = isTelling(row);
  return telling === undefined ? undefined : `${telling ? 'significant' : 'may be chance'}, ${pText(row.pValue)}`;
}

/** What comparing and testing say of a row, in words; of few units only that they are too few. Empty where nothing is known. */
export function judgedWords(row: ReasonRow, unitName: string): string {
  if (Number.isNaN(row.odds) || row.units === 0) {
    return '';
  }
  if (row.units < LEAST_SUPPORT) {
    return `too few ${unitName} to compare`;
  }
  return [comparedWords(row), significanceWords(row)].filter(Boolean).join(', ');
}

/** What a row was at the earlier time, and its change: `12 (3.1%) 1 week earlier, −40%`. Undefined without a comparison. */
export function earlierWords(
  { units, earlier }: ReasonRow,
  { marker }: ReasonsModel,
  decimals: number
): string | undefined {
  if (!earlier) {
    return undefined;
  }
  const share = Number.isNaN(earlier.share) ? '' : ` (${formatShare(earlier.share, decimals)})`;
  const then = `${formatCount(earlier.units)}${share} ${earlierText(marker?.comparison?.timeShift)}`;
  return `${then}, ${changeShare(changeBetween(units, earlier.units))}`;
}

/** A name in two: what was asked, and how that ended, which must stay readable where the first is cut. */
export function nameParts(name: string): [asked: string, ended: string] {
  const found = /^(.+?)( (?:answered \d{3}\b|had no answer|took over \d|was given up by the client).*)$/.exec(name);
  return found ? [found[1], found[2]] : [name, ''];
}

/** What a row is called: its detail, or the reason where it has none. */
export function reasonName(row: ReasonRow): string {
  return row.other ? `${reasonLabel(row.reason)}: other` : (row.detail ?? reasonLabel(row.reason));
}

/** The lines of a reason's tooltip. */
export function describeReason(row: ReasonRow, model: ReasonsModel, decimals: number): TooltipRow[] {
  const of = model.totals.find(
    (total) =>
      total.step === row.step + 1 &&
      (total.segment === undefined || segmentName(model, total.segment) === (row.segment ?? ''))
  );
  const lines: TooltipRow[] = [
    { label: 'Reason', value: reasonLabel(row.reason) },
    {
      label: capital(model.unitName),
      value: formatCount(row.units),
      strong: true,
    },
    {
      label: 'Of those who stopped here',
      value: of
        ? `${formatShare(row.share, decimals)} of ${formatCount(of.dropped + of.pending)}`
        : formatShare(row.share, decimals),
    },
  ];
  if (!Number.isNaN(row.controlShare)) {
    const control = `${formatCount(row.controlUnits)} (${formatShare(row.controlShare, decimals)})`;
    lines.push({ label: 'Of those who got on', value: of ? `${control} of ${formatCount(of.converted)}` : control });
  }
  if (!Number.isNaN(row.odds)) {
    const range = Number.isNaN(row.oddsLow) ? '' : ` (${oddsText(row.oddsLow)} to ${oddsText(row.oddsHigh)})`;
    lines.push({ label: 'Odds ratio, 95 %', value: `${oddsText(row.odds)}${range}` });
  }
  const then = earlierWords(row, model, decimals);
  if (then) {
    lines.push({ label: 'Earlier', value: then });
  }
  const significance = row.units < LEAST_SUPPORT ? judgedWords(row, model.unitName) : significanceWords(row);
  if (significance) {
    lines.push({ label: 'Against chance', value: significance });
  }
  if (row.errorOwner) {
    lines.push({ label: 'Whose error', value: ownerOf(row.errorOwner)?.label ?? row.errorOwner });
  }
  return lines;
}

function segmentName({ marker }: ReasonsModel, index: number): string | undefined {
  const segment = marker?.segments?.[index];
  return segment && (segment.other ? '{other}' : segment.value || '(none)');
}

/** A reason in one sentence, for those who do not see it. */
export function reasonSentence(row: ReasonRow, model: ReasonsModel, decimals: number): string {
  const lines = describeReason(row, model, decimals).map((line) => `${line.label} ${String(line.value)}`);
  const where = `Not reached: step ${row.step + 1}, ${row.stepName}${row.segment === undefined ? '' : `, ${row.segment}`}`;
  return [where, ...lines, meaningOf(row.reason)].filter(Boolean).join(', ');
}

/** What a reason says of a unit, in words. */
export function meaningOf(reason: string): string {
  return (REASON_KINDS as Record<string, { meaning: string } | undefined>)[reason]?.meaning ?? '';
}
