import { changeBetween, changeText, earlierText } from '../../components/change';
import { filterText } from '../../components/filter-text';
import { capital, formatCount, formatDuration, formatShare } from '../../components/format';
import { type TooltipRow } from '../../components/PanelTooltip';
import { type Mark } from './flow';
import { isEnd, type ModelLink, type ModelNode, type PathsModel } from './model';

const MOST_NEIGHBOURS = 3;

/** What a mark is called. */
export function markTitle(model: PathsModel, mark: Mark): string {
  if (mark.link === undefined) {
    return model.nodes[mark.node].label;
  }
  const { source, target } = model.links[mark.link];
  return `${model.nodes[source].label} → ${model.nodes[target].label}`;
}

/** Which step a mark is at, in words. */
export function markPlace(model: PathsModel, mark: Mark): string {
  if (mark.link === undefined) {
    return placeText(model, model.nodes[mark.node].step);
  }
  const { source, target } = model.links[mark.link];
  return `From ${stepName(model, model.nodes[source].step)} to ${stepName(model, model.nodes[target].step)}`;
}

/** What a column is called: Start, +1, +2; before an anchor −2, −1, End. */
export function stepName({ marker, before, steps }: PathsModel, step: number): string {
  if (step === 0 && (marker || !steps.some((each) => each < 0))) {
    return before ? 'End' : 'Start';
  }
  return step > 0 ? `+${step}` : `−${Math.abs(step)}`;
}

function placeText(model: PathsModel, step: number): string {
  if (step === 0) {
    return model.before ? 'Where the paths end' : 'Where the paths begin';
  }
  const requests = `${Math.abs(step)} ${Math.abs(step) === 1 ? 'step' : 'steps'}`;
  return step > 0 ? `${requests} after the start` : `${requests} before the end`;
}

/** The lines of a mark's tooltip. */
export function describeMark(model: PathsModel, mark: Mark, decimals: number): TooltipRow[] {
  return mark.link === undefined
    ? describeNode(model, model.nodes[mark.node], decimals)
    : describeLink(model, model.links[mark.link], decimals);
}

function describeNode(model: PathsModel, node: ModelNode, decimals: number): TooltipRow[] {
  const { links, nodes, before, total } = model;
  const rows: TooltipRow[] = [{ label: capital(model.unitName), value: formatCount(node.value), strong: true }];
  if (total > 0) {
    rows.push({ label: `Of all ${formatCount(total)}`, value: formatShare(node.value / total, decimals) });
  }
  if (!isEnd(node) && !Number.isNaN(node.requests)) {
    rows.push({ label: 'Requests', value: formatCount(node.requests) });
  }
  rows.push(...earlierRows(model, node.value, node.earlier));
  const onwards = before || node.outgoing.length === 0 ? node.incoming : node.outgoing;
  const arrow = onwards === node.incoming ? '←' : '→';
  const most = onwards
    .map((index) => links[index])
    .filter(({ value }) => value > 0)
    .sort((a, b) => b.value - a.value);
  for (const link of most.slice(0, MOST_NEIGHBOURS)) {
    const other = nodes[arrow === '→' ? link.target : link.source];
    const share = node.value > 0 ? formatShare(link.value / node.value, decimals) : formatCount(link.value);
    rows.push({ label: `${arrow} ${other.label}`, value: share });
  }
  return rows;
}

function describeLink(model: PathsModel, link: ModelLink, decimals: number): TooltipRow[] {
  const { before, nodes, total, marker } = model;
  const of = nodes[before ? link.target : link.source];
  const rows: TooltipRow[] = [
    { label: capital(model.unitName), value: formatCount(link.value), strong: true },
    {
      label: before ? `Of the ${formatCount(of.value)} at its end` : `Of the ${formatCount(of.value)} at its start`,
      value: formatShare(link.share, decimals),
    },
  ];
  if (total > 0) {
    rows.push({ label: `Of all ${formatCount(total)}`, value: formatShare(link.value / total, decimals) });
  }
  if (!Number.isNaN(link.medianMs)) {
    rows.push({ label: 'Median time', value: formatDuration(link.medianMs) });
  }
  if (marker && marker.counting !== 'units' && !Number.isNaN(link.units)) {
    rows.push({ label: `Different ${marker.unit}s`, value: formatCount(link.units) });
  }
  if (!Number.isNaN(link.requests) && !isEnd(nodes[before ? link.source : link.target])) {
    rows.push({ label: before ? 'Requests at its start' : 'Requests at its end', value: formatCount(link.requests) });
  }
  rows.push(...earlierRows(model, link.value, link.earlier?.value));
  if (model.compared && link.earlier && !Number.isNaN(link.earlier.share)) {
    rows.push({ label: 'Share then', value: formatShare(link.earlier.share, decimals) });
  }
  if (model.compared && link.earlier && !Number.isNaN(link.earlier.medianMs)) {
    rows.push({ label: 'Median time then', value: formatDuration(link.earlier.medianMs) });
  }
  return rows;
}

function earlierRows({ compared, timeShift }: PathsModel, now: number, then: number | undefined): TooltipRow[] {
  if (!compared || then === undefined) {
    return [];
  }
  return [
    { label: capital(earlierText(timeShift)), value: formatCount(then) },
    { label: 'Change', value: changeText(changeBetween(now, then)) },
  ];
}

/** A mark in one sentence, for those who do not see it. */
export function markSentence(model: PathsModel, mark: Mark, decimals: number): string {
  const lines = describeMark(model, mark, decimals).map(({ label, value }) => `${label} ${value}`);
  return `${markTitle(model, mark)}, ${markPlace(model, mark)}: ${lines.join(', ')}`;
}

/** How the paths were counted, in words. */
export function countedText({ marker }: PathsModel): string | undefined {
  if (!marker) {
    return undefined;
  }
  const { counting, unit, sessions, sessionGap, collapse, sampled } = marker;
  const counted = {
    units: `Each ${unit} counts once, by its first path.`,
    sessions: 'Each session counts once.',
    transitions: 'Every time counts, also of the same session.',
  }[counting];
  const ends =
    sessions === 'gap'
      ? ` Paths end with a pause of more than ${formatDuration(sessionGap)}.`
      : ' Paths stay within the session that requests name.';
  return [
    counted,
    ends,
    collapse ? ' The same request again and again counts as one.' : '',
    sampled ? ` Estimated: ${formatShare(sampled)} of the requests stand for more than themselves.` : '',
  ].join('');
}

/** What highlighting takes for granted. */
export const PROPORTION_TEXT = 'What is lit goes on in proportion where paths meet.';

/** What the paths amount to, in words; with long anchors only where it may be `full`. */
export function pathsSummary(model: PathsModel, decimals: number, full = false): string {
  const { marker, total, unitName, nodes } = model;
  const dropped = nodes.reduce((sum, { kind, value }) => (kind === 'drop_off' ? sum + value : sum), 0);
  const began = nodes.reduce((sum, { kind, value }) => (kind === 'start' ? sum + value : sum), 0);
  const ends =
    dropped > 0 && total > 0
      ? `, ${formatShare(dropped / total, decimals)} drop off within ${stepsText(model)}`
      : began > 0 && total > 0
        ? `, ${formatShare(began / total, decimals)} began their session within ${stepsText(model)} before`
        : '';
  return `${formatCount(total)} ${unitName}${marker ? ` ${anchorText(model, full)}` : ''}${ends}`;
}

function stepsText({ steps }: PathsModel): string {
  const links = steps.length - 1;
  return `${links} ${links === 1 ? 'step' : 'steps'}`;
}

const MOST_ANCHOR = 60;

function anchorText({ marker, before, nodes, columns }: PathsModel, full: boolean): string {
  if (!marker) {
    return '';
  }
  const anchors = columns[before ? columns.length - 1 : 0];
  const { anchor, funnel, counting } = marker;
  if (funnel) {
    const step = funnel.steps[funnel.step - 1]?.name ?? funnel.step;
    return funnel.outcome === 'converted'
      ? `${before ? 'up to' : 'from'} step “${step}”`
      : `${before ? 'up to where' : 'from where'} they dropped before “${step}”`;
  }
  if (anchor.length > 0) {
    const text = anchors.length === 1 ? nodes[anchors[0]].label : filterText(anchor);
    return `${before ? 'up to' : 'from'} ${text.length > MOST_ANCHOR && !full ? 'what the anchor matches' : text}`;
  }
  if (counting === 'transitions') {
    return before ? 'up to any request' : 'from any request';
  }
  return before ? 'up to the last request of a session' : 'from the first request of a session';
}

/** How many paths make a request at the step of a column, and what share of all they are. */
export function columnFigures(model: PathsModel, column: number, decimals: number): string[] {
  const there = model.columns[column].reduce((sum, index) => {
    const node = model.nodes[index];
    return isEnd(node) ? sum : sum + node.value;
  }, 0);
  const count = formatCount(there);
  const anchor = column === (model.before ? model.columns.length - 1 : 0);
  const share = model.total > 0 ? formatShare(there / model.total, decimals) : '';
  return anchor ? [`${count} ${model.unitName}`, count, ''] : [`${count} · ${share}`, share, ''];
}
