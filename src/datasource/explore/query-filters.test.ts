import { parseQuery } from '@apitrail/contract';

import type { ApitrailQuery } from '../types';
import { modifyQuery, queryHasFilter, toggleQueryFilter } from './query-filters';

const query = (filters?: unknown[]) => ({ refId: 'A', queryType: 'requests', filters }) as ApitrailQuery;
const toggle = (filters: unknown[] | undefined, type: 'FILTER_FOR' | 'FILTER_OUT', key: string, value: string) =>
  toggleQueryFilter(query(filters), { type, options: { key, value } }).filters;
const is = (value: string) => ({ key: 'route', operator: '=', value });
const isNot = (value: string) => ({ key: 'route', operator: '!=', value });

describe('a filter clicked in Explore', () => {
  it('is added to those of the query', () => {
    const method = { key: 'method', operator: '=', value: 'GET' };
    expect(toggle([method], 'FILTER_FOR', 'route', '/a')).toEqual([method, is('/a')]);
    expect(toggle(undefined, 'FILTER_OUT', 'route', '/a')).toEqual([isNot('/a')]);
  });

  it('is taken away when it is there already', () => {
    expect(toggle([is('/a')], 'FILTER_FOR', 'route', '/a')).toEqual([]);
    expect(toggle([isNot('/a')], 'FILTER_OUT', 'route', '/a')).toEqual([]);
  });

  it('replaces its opposite', () => {
    expect(toggle([isNot('/a')], 'FILTER_FOR', 'route', '/a')).toEqual([is('/a')]);
    expect(toggle([is('/a')], 'FILTER_OUT', 'route', '/a')).toEqual([isNot('/a')]);
  });

  it('joins one for another value of the key, and leaves it again', () => {
    const both = [{ key: 'route', operator: '=|', values: ['/a', '/b'] }];
    expect(toggle([is('/a')], 'FILTER_FOR', 'route', '/b')).toEqual(both);
    expect(toggle(both, 'FILTER_FOR', 'route', '/a')).toEqual([is('/b')]);
  });

  it('leaves groups and other operators alone', () => {
    const others = [{ any: [is('/a')] }, { key: 'route', operator: '=~', value: '^/a$' }];
    expect(toggle(others, 'FILTER_FOR', 'route', '/a')).toEqual([...others, is('/a')]);
  });

  it('finds rows without the key by an empty value', () => {
    expect(toggle([], 'FILTER_FOR', 'customer', '')).toEqual([{ key: 'customer', operator: '!exists' }]);
    expect(toggle([], 'FILTER_OUT', 'customer', '')).toEqual([{ key: 'customer', operator: 'exists' }]);
    expect(toggle([{ key: 'customer', operator: 'exists' }], 'FILTER_FOR', 'customer', '')).toEqual([
      { key: 'customer', operator: '!exists' },
    ]);
  });

  it('finds a time by its whole millisecond', () => {
    const within = {
      all: [
        { key: 'time', operator: '>=', value: '1700000000123' },
        { key: 'time', operator: '<', value: '1700000000124' },
      ],
    };
    expect(toggle([], 'FILTER_FOR', 'time', '1700000000123')).toEqual([within]);
    expect(toggle([within], 'FILTER_FOR', 'time', '1700000000123')).toEqual([]);
    expect(toggle([within], 'FILTER_OUT', 'time', '1700000000123')).toEqual([{ any: expect.anything() }]);
  });

  it('does nothing for a field that is no key of requests', () => {
    expect(toggle([], 'FILTER_FOR', 'severity', 'error')).toEqual([]);
  });

  it('gives a query that the contract takes', () => {
    const changed = toggleQueryFilter(query([is('/a')]), {
      type: 'FILTER_FOR',
      options: { key: 'attributes.plan', value: 'pro' },
    });
    expect(parseQuery(changed).filters).toHaveLength(2);
  });
});

it('knows whether a value is filtered for', () => {
  const several = query([{ key: 'route', operator: '=|', values: ['/a', '/b'] }]);
  expect(queryHasFilter(several, { key: 'route', value: '/b' })).toBe(true);
  expect(queryHasFilter(several, { key: 'route', value: '/c' })).toBe(false);
  expect(queryHasFilter(query([isNot('/a')]), { key: 'route', value: '/a' })).toBe(false);
});

describe('a modification of Explore', () => {
  it('adds filters, once', () => {
    const once = modifyQuery(query(), { type: 'ADD_FILTER', options: { key: 'status', value: '500' } });
    expect(once.filters).toEqual([{ key: 'status', operator: '=', value: '500' }]);
    expect(modifyQuery(once, { type: 'ADD_FILTER', options: { key: 'status', value: '500' } })).toEqual(once);
    expect(modifyQuery(query(), { type: 'ADD_FILTER_OUT', options: { key: 'status', value: '500' } }).filters).toEqual([
      { key: 'status', operator: '!=', value: '500' },
    ]);
  });

  it('searches for a text that was selected', () => {
    expect(modifyQuery(query(), { type: 'ADD_STRING_FILTER', options: { value: 'timeout' } })).toMatchObject({
      search: 'timeout',
    });
  });
});
