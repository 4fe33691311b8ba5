import { createHash } from 'node:crypto';

import { END, START } from '../lake/requests-sql';
import { between, rowsOf, type QueryCase, type RawContext } from './case';

const COLUMNS = ['service', 'method', 'route', 'path', 'status', 'duration_ms', 'customer', 'session', 'error_type'];
const FIELDS = ['time', ...COLUMNS, 'trace_id'];
const SEARCHED = ['path', 'route', 'error_message', 'customer', 'session', 'request_id', 'trace_id'];
/** The trace of row 77,777: every lake has it. */
const TRACE = createHash('md5').update('77777').digest('hex');

const LIMIT = 500;

/** The condition of times in which, as somebody who knows the data knows, so many rows of the newest lie. */
function amongNewest({ rows }: RawContext, count: number): string {
  const spanUs = (END - START) * 1000;
  return between(Math.floor(END * 1000 - spanUs * Math.min(1, count / rows)), END * 1000);
}

function newest({ requests, inRange }: RawContext, condition = 'TRUE', times = inRange): string {
  return `SELECT epoch_ms(time)::DOUBLE, ${[...COLUMNS, 'trace_id'].join(', ')} FROM ${requests}
WHERE ${times} AND ${condition} ORDER BY time DESC LIMIT ${LIMIT}`;
}

const equals = (key: string, value: string) => ({ key, operator: '=', value });
const answer: QueryCase['answer'] = ([frame]) => rowsOf(frame, FIELDS);

export const REQUESTS: QueryCase[] = [
  {
    name: 'requests: the newest 500',
    query: { queryType: 'requests' },
    raw: (context) => newest(context, 'TRUE', amongNewest(context, 20 * LIMIT)),
    answer,
    keys: 0,
  },
  {
    name: 'requests: an account’s newest 500',
    query: { queryType: 'requests', filters: [equals('account', 'acc-777')] },
    raw: (context) => newest(context, `account = 'acc-777'`),
    answer,
    keys: 0,
  },
  {
    name: 'requests: failed ones of a service',
    query: {
      queryType: 'requests',
      filters: [equals('service', 'checkout'), { key: 'status', operator: '>=', value: '500' }],
    },
    raw: (context) => newest(context, `service = 'checkout' AND status >= 500`, amongNewest(context, 2000 * LIMIT)),
    answer,
    keys: 0,
  },
  {
    name: 'requests: search for a trace',
    query: { queryType: 'requests', search: TRACE },
    raw: (context) =>
      newest(context, `(${SEARCHED.map((name) => `contains(lower(${name}), '${TRACE}')`).join(' OR ')})`),
    answer,
    keys: 0,
  },
];
