import { type TimeZone } from '@grafana/schema';
import { type RetentionMarker } from '@apitrail/contract';

import { capital, formatCount, formatShare, NO_VALUE, plural } from '../../components/format';
import { earlierText, pointsText } from '../../components/change';
import { type TooltipRow } from '../../components/PanelTooltip';
import { filterText } from '../../components/filter-text';
import { cellTimes, cohortName, cohortTimes, timesText } from './interval-times';
import { type Place } from './layout';
import { type RetentionCohort, type RetentionModel } from './model';

const MODES: Record<RetentionMarker['mode'], string> = {
  on_or_after: 'Returned then or at any time later',
  on: 'Returned in that time',
  streak: 'Returned in that time and in every interval before it',
};

/** The time zone that intervals begin in. */
export function zoneOf({ marker }: RetentionModel, timeZone: TimeZone): TimeZone {
  return marker?.timezone ?? timeZone;
}

/** A cohort in a heading. */
export function cohortTitle(model: RetentionModel, cohort: RetentionCohort, timeZone: TimeZone): string {
  const { marker } = model;
  if (cohort.name !== undefined || !marker) {
    return cohort.name ?? cohortName(cohort.start, 'day', timeZone, false);
  }
  const name = cohortName(cohort.start, marker.interval, zoneOf(model, timeZone), false);
  return marker.interval === 'week' ? `Week of ${name}` : name;
}

/** A column within a sentence. */
function columnName({ columns, marker }: RetentionModel, column: number): string {
  const { label } = columns[column];
  return marker ? label.toLowerCase() : label;
}

/** What a number counts, in a sentence or two. */
export function howCounted({ marker, unitName }: RetentionModel): string {
  if (!marker) {
    return '';
  }
  const { start, return: back, mode, alignment, interval, timezone, starts } = marker;
  const begun = start.length > 0 ? `a request with ${filterText(start)}` : 'any request';
  const came = back.length > 0 ? `a later request with ${filterText(back)}` : 'any later request';
  const who = starts === 'first' ? `their first ${begun.replace(/^(a|any) /, '')} of all` : begun;
  const clock =
    alignment === 'rolling'
      ? `${capital(interval)}s count from each start.`
      : `${capital(interval)}s of the calendar, ${interval === 'hour' ? 'UTC' : timezone}.`;
  return `${MODES[mode]}, with ${came}. ${capital(unitName)} start with ${who}. ${clock}`;
}

const INCOMPLETE = 'Not over yet for the whole cohort: it may still rise, and the mean leaves it out.';
const NOT_BEGUN = 'This time has not begun.';

/** The lines of a cell's tooltip. */
export function describeCell(
  model: RetentionModel,
  cohort: RetentionCohort,
  column: number,
  decimals: number
): TooltipRow[] {
  const { rate, units, complete } = cohort.cells[column];
  const lines: TooltipRow[] = [
    { label: 'Returned', value: formatShare(rate, decimals), strong: true },
    ...(Number.isNaN(units) || Number.isNaN(cohort.size)
      ? []
      : [{ label: capital(model.unitName), value: `${formatCount(units)} of ${formatCount(cohort.size)}` }]),
    ...sizeLine(cohort),
    { label: 'Complete', value: complete ? 'yes' : 'not yet' },
  ];
  const then = cohort.earlier?.cells[column];
  if (!model.compared || !then) {
    return lines;
  }
  return [
    ...lines,
    {
      label: capital(earlierText(model.timeShift)),
      value: Number.isNaN(then.rate)
        ? NO_VALUE
        : `${formatShare(then.rate, decimals)} (${formatCount(then.units)} of ${formatCount(cohort.earlier!.size)})`,
      strong: true,
    },
    { label: 'Change', value: changeOfCell(cohort, column, decimals) },
  ];
}

function sizeLine({ size }: RetentionCohort): TooltipRow[] {
  return Number.isNaN(size) ? [] : [{ label: 'Cohort size', value: formatCount(size) }];
}

function changeOfCell(cohort: RetentionCohort, column: number, decimals: number): string {
  const [now, then] = [cohort.cells[column], cohort.earlier!.cells[column]];
  const text = pointsText(now.rate - then.rate, decimals);
  return text !== NO_VALUE && now.complete !== then.complete ? `${text}, one of them not complete` : text;
}

/** Beneath a cell's lines: what is not over, and how it was counted. */
export function cellFooter(model: RetentionModel, cohort: RetentionCohort, column: number): string {
  const { rate, complete } = cohort.cells[column];
  const state =
    cohort.size === 0 ? 'Nobody started.' : Number.isNaN(rate) ? NOT_BEGUN : complete ? undefined : INCOMPLETE;
  return [state, howCounted(model)].filter(Boolean).join(' ');
}

/** When a cell was, in words; undefined when it is not known. */
export function cellTime(
  model: RetentionModel,
  cohort: RetentionCohort,
  column: number,
  timeZone: TimeZone
): string | undefined {
  const bounds = model.marker?.columns[column];
  return bounds && timesText(cellTimes(cohort.start, bounds, model.marker!), zoneOf(model, timeZone));
}

/** When a cohort started, in words; undefined when it is not known. */
export function cohortTime(model: RetentionModel, cohort: RetentionCohort, timeZone: TimeZone): string | undefined {
  return model.marker && timesText(cohortTimes(cohort.start, model.marker), zoneOf(model, timeZone));
}

/** The lines of a cohort's own tooltip. */
export function describeCohort(model: RetentionModel, cohort: RetentionCohort): TooltipRow[] {
  const then = cohort.earlier;
  return [
    { label: `${capital(model.unitName)} that started`, value: formatCount(cohort.size), strong: true },
    ...(model.compared && then
      ? [{ label: capital(earlierText(model.timeShift)), value: formatCount(then.size) }]
      : []),
  ];
}

/** The lines of the tooltip of a column's mean. */
export function describeMean(model: RetentionModel, column: number, decimals: number): TooltipRow[] {
  const { rate, units, size, cohorts, earlierRate } = model.mean[column];
  const lines: TooltipRow[] = [
    { label: 'Mean that returned', value: formatShare(rate, decimals), strong: true },
    { label: capital(model.unitName), value: size > 0 ? `${formatCount(units)} of ${formatCount(size)}` : NO_VALUE },
    { label: 'Complete cohorts', value: formatCount(cohorts) },
  ];
  return model.compared
    ? [
        ...lines,
        { label: capital(earlierText(model.timeShift)), value: formatShare(earlierRate, decimals), strong: true },
        { label: 'Change', value: pointsText(rate - earlierRate, decimals) },
      ]
    : lines;
}

/** Beneath the lines of a mean. */
export function meanFooter(model: RetentionModel, column: number): string {
  const rule =
    model.mean[column].cohorts === 0
      ? 'No cohort’s time is over: there is nothing to take the mean of.'
      : 'Of all units of the cohorts whose time is over: larger cohorts count more.';
  return `${rule} ${howCounted(model)}`;
}

/** What the retention amounts to, in words. */
export function retentionSummary(model: RetentionModel, decimals: number): string {
  const { mean, marker, unitName, cohorts } = model;
  const known = mean.flatMap(({ rate }, index) => (Number.isNaN(rate) ? [] : [index]));
  const later = known.filter((index) => (marker?.columns[index]?.from ?? index) > 0);
  const told = later.length > 0 ? [...new Set([later[0], later[later.length - 1]])] : known.slice(0, 1);
  const started = cohorts.reduce((sum, { size }) => sum + (size || 0), 0);
  const one = unitName.replace(/s$/, '');
  // Who starts in several intervals is in several cohorts.
  const of =
    started === 0
      ? ''
      : marker?.starts === 'first'
        ? `${plural(started, `${one} started`, `${unitName} started`)}: `
        : `${plural(started, `${one} start`)}: `;
  if (told.length === 0) {
    return `${of}no cohort’s time is over yet`;
  }
  const within = marker?.interval === 'day' ? 'on' : 'in';
  const suffix = marker?.mode === 'on_or_after' ? ' or later' : '';
  const parts = told.map((index) => {
    const { rate, earlierRate } = mean[index];
    const since = model.compared && !Number.isNaN(earlierRate) ? ` (${pointsText(rate - earlierRate, decimals)})` : '';
    return `${formatShare(rate, decimals)}${since} ${index === told[0] ? 'return ' : ''}${within} ${columnName(model, index)}${suffix}`;
  });
  const against = model.compared ? `, against ${earlierText(model.timeShift)}` : '';
  return `${of}${parts.join(', ')}${against}`;
}

/** All that is said of a place of the table or of the curve: row -1 is the mean, column -1 the cohort itself. */
export interface PlaceText {
  title: string;
  subtitle?: string;
  rows: TooltipRow[];
  footer: string;
  /** The same in one sentence, for those who do not see it. */
  sentence: string;
}

export function describePlace(
  model: RetentionModel,
  { row, column }: Place,
  decimals: number,
  timeZone: TimeZone
): PlaceText {
  const cohort = model.cohorts[row];
  const text = !cohort
    ? meanText(model, column, decimals)
    : column < 0
      ? {
          title: cohortTitle(model, cohort, timeZone),
          subtitle: cohortTime(model, cohort, timeZone),
          rows: describeCohort(model, cohort),
          footer: howCounted(model),
        }
      : {
          title: `${cohortTitle(model, cohort, timeZone)}, ${columnName(model, column)}`,
          subtitle: cellTime(model, cohort, column, timeZone),
          rows: describeCell(model, cohort, column, decimals),
          footer: cellFooter(model, cohort, column),
        };
  const lines = text.rows.map(({ label, value }) => `${label} ${String(value)}`);
  return { ...text, sentence: `${text.title}: ${lines.join(', ')}` };
}

function meanText(model: RetentionModel, column: number, decimals: number): Omit<PlaceText, 'sentence'> {
  if (column < 0) {
    return { title: MEAN, rows: [], footer: howCounted(model) };
  }
  return {
    title: `${MEAN}, ${columnName(model, column)}`,
    rows: describeMean(model, column, decimals),
    footer: meanFooter(model, column),
  };
}

/** What the row of means is called. */
export const MEAN = 'Mean of complete cohorts';
