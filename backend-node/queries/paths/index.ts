import { parseDuration, type PathsMarker, type PathsQuery } from '@apitrail/contract';

import { sql } from '../../engine/sql';
import type { HandlerContext, QueryHandler } from '../handler';
import { keyAsText } from '../shared/keys';
import { newestOf } from '../shared/newest';
import { noticeWithoutUnit } from '../shared/unit-notices';
import { shareSql, unitRows } from '../shared/units';
import { anchorOf } from './anchor';
import { linksFrame, numericFrame } from './frames';
import { pathLinks, type TopNode } from './links-sql';
import { markerNodes, nodeNames, readPaths, topOf, type FoundPaths } from './result';
import { nodeText, pathFlows } from './sql';

/** Where units go after an anchor, or come from before it. */
export const paths: QueryHandler<'paths'> = {
  async run(query, context) {
    const { earlier } = context;
    const own = await runPaths(query, context);
    const before = earlier && (await runPaths(query, earlier, topOf(own.found)));
    noticeWithoutUnit(context, query, own.withoutUnit);
    noticeNothing(query, context, own.found);
    const nameOf = nodeNames(query.groupBy, own.found.nodes);
    const frame = query.format === 'numeric' ? numericFrame : linksFrame;
    return {
      frames: [frame(query, own.found, before?.found, nameOf)],
      marker: markerOf(query, own.found, nameOf, own.withoutUnit),
    };
  },
};

/** Paths over the range of a context; `top` are the nodes that are shown by themselves, where they are known already. */
async function runPaths(
  query: PathsQuery,
  context: HandlerContext,
  top?: readonly TopNode[]
): Promise<{ found: FoundPaths; withoutUnit: number }> {
  const { range, dialect } = context;
  const { anchor, reach } = await anchorOf(query, context);
  const units = await unitRows(query, context, reach);
  const weighted = await context.isWeighted(reach);
  const newest = await newestOf(context);
  const { oldest } = context.snapshot;
  const flows = pathFlows({
    rows: units.rows,
    tables: units.tables,
    unit: units.unit,
    node: nodeText(query.groupBy.map((key) => keyAsText(key, dialect))),
    anchor,
    direction: query.direction,
    depth: query.depth,
    counting: query.counting,
    collapse: query.collapse,
    byId: query.sessions === 'id',
    gap: parseDuration(query.sessionGap) * 1000,
    known: {
      // Before the oldest data nothing is known to have been.
      from: oldest !== null && oldest >= reach.from ? Number.MIN_SAFE_INTEGER : reach.from * 1000,
      to: Math.min(newest, reach.to * 1000),
    },
    range: { from: range.from * 1000, to: range.to * 1000 },
    weighted,
    dialect,
  });
  const links = pathLinks(flows, { weighted, dialect, rowsPerStep: query.rowsPerStep, top });
  const table = await context.run(
    sql`${links}
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, without_unit, NULL, NULL, NULL FROM (${shareSql(units)}) AS share`
  );
  return readPaths(table);
}

/** Says why there is no path, where the range has data. */
function noticeNothing({ anchor, funnel }: PathsQuery, context: HandlerContext, { links }: FoundPaths): void {
  if (links.length > 0) {
    return;
  }
  if (funnel) {
    const who = funnel.outcome === 'converted' ? 'reached' : 'dropped at';
    context.notice('info', `No unit ${who} step ${funnel.step} of the funnel in this range, so there are no paths.`);
  } else if (anchor.length > 0) {
    context.notice('info', 'No request of a unit in this range matches anchor, so there are no paths.');
  }
}

function markerOf(
  query: PathsQuery,
  found: FoundPaths,
  nameOf: (step: number, rank: number) => string,
  rowsWithoutUnit: number
): Omit<PathsMarker, 'queryType' | 'dataset' | 'from' | 'to' | 'filters'> {
  const { unit, identity, direction, counting, sessions, depth, rowsPerStep, collapse, groupBy, anchor, funnel } =
    query;
  return {
    ...{ unit, identity, direction, counting, sessions, depth, rowsPerStep, collapse, groupBy, anchor },
    sessionGap: parseDuration(query.sessionGap),
    ...(funnel ? { funnel } : {}),
    paths: found.links.filter(({ step }) => step === 0).reduce((sum, { value }) => sum + value, 0),
    nodes: markerNodes(query, found, nameOf),
    rowsWithoutUnit,
  };
}
