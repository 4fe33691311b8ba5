import fc from 'fast-check';

import { FILTER_OPERATORS, filterSchema, filtersSchema, type Filter } from './filters';

const read = (input: unknown) => filterSchema.parse(input);
const problems = (input: unknown) =>
  filterSchema.safeParse(input).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);

/** A condition inside `depth` groups. */
function nested(depth: number): unknown {
  return depth === 0
    ? { key: 'status', operator: '=', value: '500' }
    : { [depth % 2 ? 'any' : 'all']: [nested(depth - 1)] };
}

describe('a condition', () => {
  it('has the operators of Grafana’s ad hoc filters, comparisons and presence', () => {
    expect([...FILTER_OPERATORS].sort()).toEqual(
      ['!=', '!=|', '!exists', '!~', '<', '<=', '=', '=|', '=~', '>', '>=', 'exists'].sort()
    );
  });

  it.each(['=', '!=', '=~', '!~', '<', '<=', '>', '>='])('with %s takes one value', (operator) => {
    expect(read({ key: 'route', operator, value: 'a' })).toEqual({ key: 'route', operator, value: 'a' });
    expect(problems({ key: 'route', operator })).toEqual([
      `value: is missing: the operator ${operator} takes one value`,
    ]);
    expect(problems({ key: 'route', operator, values: ['a'] })).toEqual([
      `value: is missing: the operator ${operator} takes one value`,
    ]);
  });

  it('with one value beside it in a list is as Grafana sends it, with several is refused', () => {
    expect(read({ key: 'route', operator: '=', value: 'a', values: ['a'] })).toMatchObject({ value: 'a' });
    expect(problems({ key: 'route', operator: '=', value: 'a', values: ['a', 'b'] })).toEqual([
      'values: are given where the operator = takes one value; use =| or !=| for several',
    ]);
  });

  it.each(['=|', '!=|'])('with %s takes a list, and the value that Grafana sends beside it', (operator) => {
    const filter = { key: 'route', operator, value: '/a', values: ['/a', '/b'] };
    expect(read(filter)).toEqual(filter);
    expect(problems({ key: 'route', operator, value: '/a' })).toEqual([
      `values: is missing: the operator ${operator} takes a list of values`,
    ]);
  });

  it.each(['exists', '!exists'])('with %s takes nothing', (operator) => {
    expect(read({ key: 'customer', operator })).toEqual({ key: 'customer', operator });
  });

  it('takes numbers and booleans as their text', () => {
    expect(read({ key: 'status', operator: '>=', value: 500 })).toMatchObject({ value: '500' });
    expect(read({ key: 'attributes.beta', operator: '=', value: true })).toMatchObject({ value: 'true' });
    expect(read({ key: 'status', operator: '=|', values: [500, '502', 503] })).toMatchObject({
      values: ['500', '502', '503'],
    });
  });

  it.each([[null], [{}], [['500']]])('refuses the value %j', (value) => {
    expect(problems({ key: 'status', operator: '=', value })).toEqual([
      'value: must be a text, a number, or true or false',
    ]);
  });

  it('takes the empty text, which is a value', () => {
    expect(read({ key: 'route', operator: '=', value: '' })).toMatchObject({ value: '' });
  });

  it('refuses more values than a list may have', () => {
    const values = Array.from({ length: 1001 }, (_, index) => index);
    expect(filterSchema.safeParse({ key: 'status', operator: '=|', values }).success).toBe(false);
    expect(filterSchema.safeParse({ key: 'status', operator: '=|', values: values.slice(1) }).success).toBe(true);
  });

  it('takes attributes whose names have dots and spaces', () => {
    const filter = { key: 'attributes.http.header.x team', operator: 'exists' };
    expect(read(filter)).toEqual(filter);
  });

  it('keeps values as they were given', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        expect(read({ key: 'path', operator: '=', value })).toMatchObject({ value });
      })
    );
  });
});

describe('a group', () => {
  it('of any or all holds filters and groups', () => {
    const group: Filter = {
      any: [
        { key: 'status', operator: '>=', value: '500' },
        { all: [{ key: 'status', operator: '!exists' }, { any: [] }] },
      ],
    };
    expect(read(group)).toEqual(group);
  });

  it('may be nested eight deep', () => {
    expect(read(nested(8))).toEqual(nested(8));
  });

  it('is refused nine deep, saying where and why', () => {
    const [problem, ...more] = problems(nested(9)) ?? [];
    expect(problem).toMatch(/^any\.0\.all\.0.*: is nested too deep: at most 8 groups may lie in each other$/);
    expect(more).toEqual([]);
  });

  it('is refused, not overflowed, when it is nested as deep as JSON allows', () => {
    let deep = nested(0);
    for (let depth = 0; depth < 5000; depth++) {
      deep = { any: [deep] };
    }
    expect(filterSchema.safeParse(deep).success).toBe(false);
  });

  it('cannot be both, nor a condition too', () => {
    expect(filterSchema.safeParse({ any: [], all: [] }).success).toBe(false);
    expect(filterSchema.safeParse({ any: [], key: 'status', operator: 'exists' }).success).toBe(false);
  });

  it('says where in it something is wrong', () => {
    expect(problems({ any: [{ all: [nested(0), { key: 'status', operator: '=' }] }] })).toEqual([
      'any.0.all.1.value: is missing: the operator = takes one value',
    ]);
  });
});

describe('a list of filters', () => {
  it('is empty when there is none', () => {
    expect(filtersSchema.parse(undefined)).toEqual([]);
  });

  it.each([['status=500'], [{ key: 'status', operator: 'exists' }], [null]])('is not %j', (input) => {
    expect(filtersSchema.safeParse(input).success).toBe(false);
  });

  it.each([['status'], [null], [1], [[]]])('holds no %j', (input) => {
    expect(filtersSchema.safeParse([input]).error?.issues[0]?.message).toMatch(/^must be an object such as/);
  });

  it('holds at most a hundred', () => {
    const filters = Array.from({ length: 101 }, () => nested(0));
    expect(filtersSchema.safeParse(filters).success).toBe(false);
    expect(filtersSchema.safeParse(filters.slice(1)).success).toBe(true);
  });
});
