import { cohortSchema, parseCohort } from './cohorts';
import { filterSchema } from './filters';
import { parseQuery } from './parsing/parse';

const funnel = {
  steps: [
    { name: 'Cart', filters: [] },
    { name: 'Payment', filters: [] },
  ],
  step: 2,
  outcome: 'dropped',
};

describe('a cohort', () => {
  it('is of customers that made a request, where it says nothing else', () => {
    expect(parseCohort({}, 'buyers')).toEqual({
      name: 'buyers',
      unit: 'customer',
      identity: 'session',
      filters: [],
      atLeast: 1,
    });
  });

  it('may be of a funnel’s outcome at a step, with the funnel’s defaults', () => {
    expect(parseCohort({ funnel }, 'dropped').funnel).toMatchObject({ step: 2, outcome: 'dropped', window: '1h' });
  });

  it('reads times of its range as epoch milliseconds', () => {
    const range = { from: '2026-11-01T00:00:00Z', to: Date.UTC(2026, 10, 2) };
    expect(parseCohort({ range }, 'a').range).toEqual({ from: Date.UTC(2026, 10, 1), to: Date.UTC(2026, 10, 2) });
  });

  it.each([
    ['is written with large letters', { name: 'Buyers' }, /^name must be 1 to 64 small letters/],
    ['has a slash', { name: 'a/b' }, /^name must be 1 to 64 small letters/],
    ['begins with a dot', { name: '.buyers' }, /^name must be/],
    ['has an unknown field', { name: 'a', filter: [] }, /^The cohort has no field "filter". Did you mean filters\?/],
    ['counts requests of a funnel', { name: 'a', funnel, atLeast: 2 }, /^atLeast is given beside funnel/],
    ['is of a step that is not there', { name: 'a', funnel: { ...funnel, step: 3 } }, /^funnel.step is 3, but/],
    ['drops at the first step', { name: 'a', funnel: { ...funnel, step: 1 } }, /^funnel.step is 1, where nobody is/],
    ['ends before it begins', { name: 'a', range: { from: 1e12, to: 1e12 } }, /^range.to must lie after from/],
    ['has no range', { name: 'a', range: { last: 'x' } }, /^range.last must be a duration/],
    ['is of an unknown unit', { name: 'a', unit: 'custmer' }, /^unit must be a key.*Did you mean customer\?/],
    ['is of cohorts', { name: 'a', unit: 'cohort' }, /^unit must be a key of the record/],
  ])('that %s is refused', (_, input, message) => {
    expect(() => parseCohort(input)).toThrow(message);
  });

  it('is refused under an address of another name', () => {
    expect(() => parseCohort({ name: 'a' }, 'b')).toThrow('name is "a", but the address says "b"');
  });

  it('that was read can be read again', () => {
    const read = cohortSchema.parse({ name: 'a', funnel, range: { last: '30d' } });
    expect(cohortSchema.parse(read)).toEqual(read);
  });
});

describe('a filter by cohort', () => {
  it.each(['=', '!='])('with %s takes a name', (operator) => {
    const filter = { key: 'cohort', operator, value: 'buyers' };
    expect(filterSchema.parse(filter)).toEqual(filter);
  });

  it.each(['=|', '!=|'])('with %s takes names', (operator) => {
    const filter = { key: 'cohort', operator, values: ['buyers', 'testers'] };
    expect(filterSchema.parse(filter)).toEqual(filter);
  });

  it.each(['=~', '!~', '<', '<=', '>', '>=', 'exists', '!exists'])('is not with %s', (operator) => {
    const query = { refId: 'A', queryType: 'traffic', filters: [{ key: 'cohort', operator, value: 'x' }] };
    expect(() => parseQuery(query)).toThrow('filters[0].operator must be one of = != =| !=| with the key cohort');
  });

  it('is no key to group by', () => {
    expect(() => parseQuery({ refId: 'A', queryType: 'traffic', groupBy: ['cohort'] })).toThrow(
      'groupBy[0] must be a key of the record'
    );
  });

  it('has its values listed', () => {
    expect(parseQuery({ refId: 'A', queryType: 'values', key: 'cohort' })).toMatchObject({ key: 'cohort' });
  });
});
