import { createHash } from 'node:crypto';

import { rowsOf, type QueryCase, type RawContext } from './case';

const COLUMNS = ['service', 'method', 'route', 'path', 'status', 'duration_ms', 'customer', 'session', 'error_type'];
const FIELDS = ['time', ...COLUMNS, 'trace_id'];
const SEARCHED = ['path', 'route', 'error_message', 'customer', 'session', 'request_id', 'trace_id'];
/** The trace of row 77,777: every lake has it. */
const TRACE = createHash('md5').update('77777').digest('hex');

function newest({ requests, inRange }: RawContext, condition = 'TRUE', limit = 500): string {
  return `SELECT epoch_ms(time)::DOUBLE, ${[...COLUMNS, 'trace_id'].join(', ')} FROM ${requests}
WHERE ${inRange} AND ${condition} ORDER BY time DESC LIMIT ${limit}`;
}

const equals = (key: string, value: string) => ({ key, operator: '=', value });
const answer: QueryCase['answer'] = ([frame]) => rowsOf(frame, FIELDS);

export const REQUESTS: QueryCase[] = [
  {
    name: 'requests: the newest 500',
    query: { queryType: 'requests' },
    raw: (context) => newest(context),
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
    raw: (context) => newest(context, `service = 'checkout' AND status >= 500`),
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
