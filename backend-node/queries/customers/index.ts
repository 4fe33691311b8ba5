import type { CustomersQuery } from '@apitrail/contract';

import type { HandlerContext, QueryHandler } from '../handler';
import { bucketsOf } from '../shared/series';
import { noticeWithoutUnit } from '../shared/unit-notices';
import type { CustomersAnswer } from './answer';
import { rulesOf } from './health';
import { listAnswer } from './list-answer';
import { numericAnswer } from './numeric';
import { outreachFrame, outreachOrder, readOutreach } from './outreach';
import { noticePage } from './page-notice';
import { customerSource } from './source';
import { timelineAnswer } from './timeline';
import { readTrend, trendSeries, trendTable } from './trend';

/** What customers live through: how well each is, over time, in order, and whom to talk to. */
export const customers: QueryHandler<'customers'> = {
  async run(query, context) {
    const { frames, earlierFrames, marker, withoutUnit } = await answerOf(query, context);
    if (withoutUnit !== undefined) {
      noticeWithoutUnit(context, query, withoutUnit);
    }
    const { view, unit, identity, threshold, funnel, limit, offset } = query;
    return {
      frames,
      ...(earlierFrames ? { earlierFrames } : {}),
      marker: {
        ...{ view, unit, identity, threshold },
        ...(query.customer === '' ? {} : { customer: query.customer }),
        ...(funnel === undefined ? {} : { funnel }),
        ...(view === 'trend' ? {} : { limit, offset }),
        ...marker,
        ...(withoutUnit === undefined ? {} : { rowsWithoutUnit: withoutUnit }),
      },
    };
  },
};

async function answerOf(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  if (query.format === 'numeric') {
    return numericAnswer(query, context);
  }
  switch (query.view) {
    case 'list':
      return listAnswer(query, context);
    case 'trend':
      return trendAnswer(query, context);
    case 'timeline':
      return timelineAnswer(query, context);
    case 'outreach':
      return outreachAnswer(query, context);
  }
}

async function trendAnswer(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  const buckets = bucketsOf(context, query);
  const frameOf = async (of: HandlerContext) => {
    const source = await customerSource(query, of);
    const { columns, population, withoutUnit } = await readTrend(query, source, of, buckets);
    const frame =
      query.format === 'time_series' ? trendSeries(query, buckets, columns) : trendTable(query, buckets, columns);
    return { frame, population, withoutUnit };
  };
  const own = await frameOf(context);
  return {
    frames: [own.frame],
    ...(context.earlier ? { earlierFrames: [(await frameOf(context.earlier)).frame] } : {}),
    marker: { health: rulesOf(own.population) },
    withoutUnit: own.withoutUnit,
  };
}

async function outreachAnswer(query: CustomersQuery, context: HandlerContext): Promise<CustomersAnswer> {
  const source = await customerSource(query, context);
  const { rows, total, withoutUnit } = await readOutreach(query, source, context, outreachOrder(query));
  noticePage(context, query, rows.length, total);
  return {
    frames: [outreachFrame(query, rows)],
    marker: { total },
    withoutUnit,
  };
}
