import { screen } from '@testing-library/react';
import { parseQuery, QUERY_SCHEMAS, type QueryType } from '@apitrail/contract';

import { changeType } from '../change-type';
import { hostEditor, type Hosted } from '../testing';

const parsed = ({ saved }: Hosted) => parseQuery(saved());

/** What a query of the type needs to be one. */
const LEAST: Partial<Record<QueryType, object>> = {
  funnel: {
    steps: [
      { name: 'See', filters: [] },
      { name: 'Buy', filters: [] },
    ],
  },
  values: { keyName: 'route' },
  sql: { sql: 'SELECT count(*) FROM requests WHERE $__timeFilter(time)' },
};

it.each(Object.keys(QUERY_SCHEMAS) as QueryType[])('%s is compared with an earlier time', async (queryType) => {
  const editor = await hostEditor({ queryType, ...LEAST[queryType] });
  await editor.choose('Compare with', '1 week earlier');
  expect(editor.saved()).toMatchObject({ timeShift: '1w' });
  expect(editor.runs()).toBe(1);
});

it('takes a time of its own', async () => {
  const editor = await hostEditor({ queryType: 'traffic' });
  await editor.enter('Compare with', '90m');
  expect(parsed(editor)).toMatchObject({ timeShift: '90m' });
});

it('says what is no time', async () => {
  const editor = await hostEditor({ queryType: 'traffic', timeShift: 'last week' });
  expect(screen.getByLabelText('Compare with', { selector: 'input' })).toBeInvalid();
  expect(screen.getAllByText(/must be how much earlier to look, such as 1h, 1d, 1w or 4w/)[0]).toBeInTheDocument();
  await editor.choose('Compare with', '1 day earlier');
  expect(screen.getByLabelText('Compare with', { selector: 'input' })).toBeValid();
});

it('takes a variable of the dashboard, whose value may be none', async () => {
  const editor = await hostEditor({ queryType: 'traffic' }, { variables: { compare: { value: 'none' } } });
  await editor.choose('Compare with', '$compare');
  expect(editor.saved()).toMatchObject({ timeShift: '$compare' });
  expect(screen.getByLabelText('Compare with', { selector: 'input' })).toBeValid();
});

it('compares with nothing again', async () => {
  const editor = await hostEditor({ queryType: 'traffic', timeShift: '1w' });
  await editor.choose('Compare with', 'Nothing');
  expect(editor.saved()).not.toHaveProperty('timeShift');
});

it('is asked which number of both only where there is one', async () => {
  const editor = await hostEditor({ queryType: 'errors', format: 'numeric' });
  expect(screen.queryByLabelText('Compared as')).not.toBeInTheDocument();
  await editor.choose('Compare with', '1 day earlier');
  await editor.choose('Compared as', 'Difference');
  expect(parsed(editor)).toMatchObject({ timeShift: '1d', compare: 'difference' });
  await editor.choose('Format', 'Table');
  expect(screen.queryByLabelText('Compared as')).not.toBeInTheDocument();
});

it('is kept when the type is changed', () => {
  const query = { refId: 'A', queryType: 'traffic' as const, timeShift: '1w', compare: 'previous' as const };
  const changed = changeType(query, 'requests');
  expect(changed).toMatchObject({ timeShift: '1w' });
  expect(changed).not.toHaveProperty('compare');
});

it('takes no interval of cohorts along when the type is changed', () => {
  const query = { refId: 'A', queryType: 'retention' as const, interval: 'week' as const };
  expect(changeType(query, 'traffic')).not.toHaveProperty('interval');
  expect(changeType({ refId: 'A', queryType: 'traffic', interval: '5m' }, 'retention')).toMatchObject({
    interval: 'day',
  });
});
