import { type AbsoluteTimeRange } from '@grafana/data';
import { type AdHocFilterItem } from '@grafana/ui';
import { type Filter, type PathNode, type PathsMarker } from '@apitrail/contract';

import { type Action, addFilters, copyText, linkActions, openQuery, openRequests } from '../../components/actions';
import { type DrillTarget, equals, outsideOf } from '../../components/drill-down';
import { funnelFromPath, isStep } from '../../components/funnel-from-path';
import { markSentence } from './describe';
import { type Mark } from './flow';
import { isEnd, type ModelNode, type PathsModel } from './model';
import { pathsQueryOf } from './paths-query';
import { mostTravelled } from './travelled';

/** What a click can reach. */
export interface PathContext {
  target?: DrillTarget;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
}

const MOST_DEPTH = 20;
const MOST_ROWS = 50;
const DAY = 86_400_000;

/** What can be done with a node or a link: its requests, filter, other paths from here, a funnel, links, copy. */
export function pathActions(
  model: PathsModel,
  mark: Mark,
  context: PathContext,
  decimals: number
): Array<Array<Action | undefined>> {
  const { marker, links, nodes, valueField } = model;
  const ends =
    mark.link === undefined ? [nodes[mark.node]] : [nodes[links[mark.link].source], nodes[links[mark.link].target]];
  const requests = ends.filter((node) => !isEnd(node));
  const row = mark.link === undefined ? -1 : links[mark.link].frameRow;
  return [
    requests.map((node) => requestsAction(model, node, context.target)),
    row >= 0 ? linkActions(valueField.getLinks?.({ valueRowIndex: row }) ?? []) : [],
    marker ? requests.flatMap((node) => anchorActions(marker, node, context.target)) : [],
    marker
      ? [funnelAction(model, marker, mark, context.target), ...widerActions(model, marker, ends, context.target)]
      : [],
    [
      ...requests.flatMap((node) => filterActions(node, context, mark.link === undefined)),
      copyText(markSentence(model, mark, decimals), 'Copy'),
    ],
  ];
}

function requestsAction(model: PathsModel, node: ModelNode, target: DrillTarget | undefined): Action | undefined {
  const { marker } = model;
  if (!marker) {
    return undefined;
  }
  return openRequests(
    target,
    { ...requestRange(marker, node), filters: nodeFilters(marker, node) },
    node.kind === 'other' ? 'Open the other requests' : `Open the requests of ${node.label}`,
    node.step === 0 && node.kind === undefined ? undefined : 'All of them, also those on other paths'
  );
}

/** Filters for the requests of a node; undefined where they cannot be told from the others of their step. */
function nodeFilters({ anchor, nodes }: PathsMarker, node: ModelNode): Filter[] | undefined {
  const anchored = node.step === 0 ? anchor : [];
  if (node.kind === 'other') {
    const named = nodes.flatMap(({ step, keys }) => (step === node.step && keys ? [keys] : []));
    const outside = outsideOf(named);
    return named.length === 0 ? anchored : outside && [...anchored, ...outside];
  }
  return [...anchored, ...Object.entries(node.keys ?? {}).map(([key, value]) => equals(key, value))];
}

/** Anchors lie in the range; the rest of a path up to a day past it, or before it. */
function requestRange({ from, to, sessionGap }: PathsMarker, { step }: ModelNode): AbsoluteTimeRange {
  const reach = Math.max(DAY, sessionGap);
  return { from: step < 0 ? from - reach : from, to: step > 0 ? to + reach : to };
}

function anchorActions(
  marker: PathsMarker,
  node: ModelNode,
  target: DrillTarget | undefined
): Array<Action | undefined> {
  if (!node.keys) {
    return [];
  }
  const filters = Object.entries(node.keys).map(([key, value]) => equals(key, value));
  const anchor = node.step === 0 ? [...marker.anchor, ...filters] : filters;
  const ask = (direction: 'after' | 'before') => ({ ...pathsQueryOf(marker), funnel: undefined, anchor, direction });
  return [
    openQuery(target, ask('after'), marker, {
      label: `Start paths at ${node.label}`,
      description: 'Where they go from there, in Explore',
      icon: 'arrow-right',
    }),
    openQuery(target, ask('before'), marker, {
      label: `End paths at ${node.label}`,
      description: 'Where they come from, in Explore',
      icon: 'arrow-left',
    }),
  ];
}

function funnelAction(
  model: PathsModel,
  marker: PathsMarker,
  mark: Mark,
  target: DrillTarget | undefined
): Action | undefined {
  if (!target) {
    return undefined;
  }
  const given = new Map(marker.nodes.map((node) => [`${node.step} ${node.name}`, node]));
  const path = mostTravelled(model, mark)
    .map((index) => given.get(`${model.nodes[index].step} ${model.nodes[index].name}`))
    .filter((node): node is PathNode => node !== undefined);
  const label = 'Make a funnel from this path';
  const funnel = funnelFromPath(path, marker);
  if (funnel.steps.length < 2) {
    const why = path.some(isStep) ? 'A funnel needs two requests: take one further along' : 'A funnel needs requests';
    return { label, icon: 'filter', disabled: why, run: () => undefined };
  }
  const { queryType, filters = [], ...fields } = funnel;
  return openQuery(target, { ...fields, queryType, filters: filters as Filter[] }, marker, {
    label,
    description: funnel.steps.map(({ name }) => name).join(' → '),
    icon: 'filter',
  });
}

/** More rows where the rest of a step is one, more steps where the drawing ends. */
function widerActions(
  { steps }: PathsModel,
  marker: PathsMarker,
  ends: ModelNode[],
  target: DrillTarget | undefined
): Array<Action | undefined> {
  const { rowsPerStep, depth } = marker;
  const outermost = marker.direction === 'before' ? steps[0] : steps[steps.length - 1];
  const rows = Math.min(MOST_ROWS, rowsPerStep * 2);
  const further = Math.min(MOST_DEPTH, depth + 5);
  return [
    ends.some(({ kind }) => kind === 'other') && rows > rowsPerStep
      ? openQuery(target, { ...pathsQueryOf(marker), rowsPerStep: rows }, marker, {
          label: `Show ${rows} requests of each step`,
          description: `Instead of ${rowsPerStep}, in Explore`,
          icon: 'plus',
        })
      : undefined,
    ends.some((node) => node.step === outermost && !isEnd(node)) && further > depth
      ? openQuery(target, { ...pathsQueryOf(marker), depth: further }, marker, {
          label: `Follow paths for ${further} steps`,
          description: `Instead of ${depth}, in Explore`,
          icon: 'expand-arrows-alt',
        })
      : undefined,
  ];
}

function filterActions(node: ModelNode, { onAddAdHocFilter }: PathContext, alone: boolean): Array<Action | undefined> {
  const { keys } = node;
  if (!keys) {
    return [];
  }
  return [
    addFilters(onAddAdHocFilter, keys, `Filter for ${node.label}`),
    alone && Object.keys(keys).length === 1
      ? addFilters(onAddAdHocFilter, keys, `Leave ${node.label} out`, '!=')
      : undefined,
  ];
}
