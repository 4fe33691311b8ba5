import type { Field, FieldConfig, Frame, PathsQuery } from '@apitrail/contract';

import { changeField, comparedNumber, previousField } from '../shared/compared';
import { unitsName } from '../shared/units-name';
import { endName, type FoundLink, type FoundPaths } from './result';

/** Panel that draws them. */
const PANEL = 'apitrail-journeypaths-panel';

const COUNTED: Readonly<Record<Exclude<PathsQuery['counting'], 'units'>, string>> = {
  sessions: 'Sessions',
  transitions: 'Times',
};

/** A link of both times. */
interface ComparedLink {
  own: FoundLink;
  before: FoundLink | undefined;
}

/** A row per link: `step` is that of the source. With an earlier time, links only that one has come with a value of 0. */
export function linksFrame(
  query: PathsQuery,
  own: FoundPaths,
  before: FoundPaths | undefined,
  nameOf: (step: number, rank: number) => string
): Frame {
  const links = comparedLinks(own, before);
  return {
    meta: { type: 'table', preferredVisualisationPluginId: PANEL },
    fields: [
      {
        name: 'step',
        type: 'number',
        values: links.map(({ own: link }) => sourceStep(query, link)),
        config: { displayNameFromDS: 'Step', description: 'How many requests the source is after the anchor.' },
      },
      ...nodeFields(query, links, nameOf),
      ...numberFields(query, own, before, links),
    ],
  };
}

/** The one number of each link that an alert looks at. */
export function numericFrame(
  query: PathsQuery,
  own: FoundPaths,
  before: FoundPaths | undefined,
  nameOf: (step: number, rank: number) => string
): Frame {
  const links = comparedLinks(own, before);
  const { field, previous } = columnsOf(query, own, before, links).find(
    ({ field: { name } }) => name === query.metric
  )!;
  return {
    meta: { type: 'numeric-long' },
    fields: [
      { name: 'step', type: 'string', values: links.map(({ own: link }) => String(sourceStep(query, link))) },
      ...nodeFields(query, links, nameOf),
      previous ? comparedNumber(field, previous, query.compare) : field,
    ],
  };
}

/** The source is the node that comes first in time. */
function sourceStep({ direction }: PathsQuery, { step }: FoundLink): number {
  return direction === 'after' ? step : -step - 1;
}

function nodeFields(
  { direction }: PathsQuery,
  links: readonly ComparedLink[],
  nameOf: (step: number, rank: number) => string
): Field[] {
  const near = links.map(({ own: { step, near: rank } }) => nameOf(step, rank));
  const far = links.map(({ own: { step, far: rank } }) => endName(rank, direction) ?? nameOf(step + 1, rank));
  const [source, target] = direction === 'after' ? [near, far] : [far, near];
  return [
    { name: 'source', type: 'string', values: source, config: { displayNameFromDS: 'From' } },
    { name: 'target', type: 'string', values: target, config: { displayNameFromDS: 'To' } },
  ];
}

const keyOf = ({ step, near, far }: FoundLink) => `${step} ${near} ${far}`;

function comparedLinks(own: FoundPaths, before: FoundPaths | undefined): ComparedLink[] {
  const then = new Map((before?.links ?? []).map((link) => [keyOf(link), link]));
  const now = new Set(own.links.map(keyOf));
  const gone = (before?.links ?? []).filter((link) => !now.has(keyOf(link)));
  return [
    ...own.links.map((link) => ({ own: link, before: then.get(keyOf(link)) })),
    ...gone.map((link) => ({ own: { ...link, value: 0, requests: 0, medianMs: null, units: 0 }, before: link })),
  ].sort((a, b) => a.own.step - b.own.step);
}

interface Column {
  field: Field;
  /** What it was, with an earlier time. */
  previous: Array<number | null> | undefined;
  /** Whether how much it has changed is told. */
  changes: boolean;
}

function numberFields(
  query: PathsQuery,
  own: FoundPaths,
  before: FoundPaths | undefined,
  links: readonly ComparedLink[]
): Field[] {
  return columnsOf(query, own, before, links).flatMap(({ field, previous, changes }) =>
    previous ? [field, previousField(field, previous), ...(changes ? [changeField(field, previous)] : [])] : [field]
  );
}

function columnsOf(
  query: PathsQuery,
  own: FoundPaths,
  before: FoundPaths | undefined,
  links: readonly ComparedLink[]
): Column[] {
  const counted = query.counting === 'units' ? unitsName(query.unit) : COUNTED[query.counting];
  const nearer = query.direction === 'after' ? 'source' : 'target';
  const [sums, sumsBefore] = [nearSums(own), before && nearSums(before)];
  const column = (
    name: string,
    config: FieldConfig,
    of: (link: FoundLink | undefined, sums: ReadonlyMap<string, number>) => number | null,
    changes = false
  ): Column => ({
    field: { name, type: 'number', values: links.map(({ own: link }) => of(link, sums)), config },
    previous: sumsBefore && links.map((link) => of(link.before, sumsBefore)),
    changes,
  });
  return [
    column(
      'value',
      { displayNameFromDS: counted, unit: 'short', description: 'How many paths take this link.' },
      (link) => link?.value ?? 0,
      true
    ),
    column(
      'share',
      {
        displayNameFromDS: 'Share',
        unit: 'percentunit',
        description: `Share of the paths that are at the ${nearer}.`,
        min: 0,
        max: 1,
      },
      (link, of) => (link && of.get(nearKey(link)) ? link.value / of.get(nearKey(link))! : null)
    ),
    column(
      'median_ms',
      { displayNameFromDS: 'Median time', unit: 'ms', description: 'Median time from the source to the target.' },
      (link) => link?.medianMs ?? null
    ),
    column(
      'units',
      { displayNameFromDS: unitsName(query.unit), unit: 'short', description: 'How many units take this link.' },
      (link) => link?.units ?? 0
    ),
    column(
      'requests',
      {
        displayNameFromDS: 'Requests',
        unit: 'short',
        description: `Requests at the ${nearer === 'source' ? 'target' : 'source'}, repeats that count as one included.`,
      },
      (link) => link?.requests ?? 0
    ),
  ];
}

const nearKey = ({ step, near }: FoundLink) => `${step} ${near}`;

/** How many paths are at each node that links lead away from. */
function nearSums({ links }: FoundPaths): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const link of links) {
    sums.set(nearKey(link), (sums.get(nearKey(link)) ?? 0) + link.value);
  }
  return sums;
}
