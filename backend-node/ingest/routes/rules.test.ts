import { ApitrailError } from '@apitrail/contract';

import { RouteRules, routesConfigSchema, type RouteRule } from './rules';

const find = (rules: RouteRule[], path: string, service: string | null = null, method: string | null = 'GET') =>
  new RouteRules(rules).find(service, method, path);

describe('route rules', () => {
  it('take the first that fits', () => {
    const rules = [{ match: '/users/me' }, { match: '/users/{id}' }, { match: '/users/*', route: '/never' }];
    expect(find(rules, '/users/me')).toBe('/users/me');
    expect(find(rules, '/users/7')).toBe('/users/{id}');
  });

  it('see paths without query, double and trailing slashes, whatever the case', () => {
    expect(find([{ match: '/users/{id}' }], '/Users//7/?x=1')).toBe('/users/{id}');
  });

  it('match one segment with {name}, all that follows with **', () => {
    const rules = [{ match: '/static/**', route: '/static/{path}' }];
    expect(find(rules, '/static/a/b.css')).toBe('/static/{path}');
    expect(find(rules, '/static')).toBe('/static/{path}');
    expect(find([{ match: '/users/{id}' }], '/users/7/posts')).toBeNull();
  });

  it('match parameters inside a segment', () => {
    expect(find([{ match: '/lists/{name}.json' }], '/lists/a%20b.json')).toBe('/lists/{name}.json');
    expect(find([{ match: '/lists/{name}.json' }], '/lists/a.xml')).toBeNull();
  });

  it('fill in what a regular expression caught', () => {
    const rules = [{ regex: '^/v(\\d+)/(?<kind>users|teams)/', route: '/v$1/$<kind>/{id}' }];
    expect(find(rules, '/v2/teams/x')).toBe('/v2/teams/{id}');
    expect(find(rules, '/v2/other/x')).toBeNull();
  });

  it('hold for a service and a method only, when these are named', () => {
    const rules = [{ match: '/a/{x}', service: 'shop', method: 'post' }];
    expect(find(rules, '/a/1', 'shop', 'POST')).toBe('/a/{x}');
    expect(find(rules, '/a/1', 'shop', 'GET')).toBeNull();
    expect(find(rules, '/a/1', 'other', 'POST')).toBeNull();
  });

  it.each<[RouteRule, string, RegExp]>([
    [{ route: '/a' }, 'match', /either match or regex/],
    [{ match: '/a', regex: 'a', route: '/a' }, 'match', /either match or regex/],
    [{ regex: '(', route: '/a' }, 'regex', /not a valid regular expression/],
    [{ regex: '^/a' }, 'route', /needs a route/],
    [{ match: 'users' }, 'match', /starts with \//],
    [{ match: '/users/{id' }, 'match', /braces/],
    [{ match: '/a/**/b' }, 'match', /only at the end/],
    [{ match: '/a', route: 'a' }, 'route', /starts with/],
  ])('refuse %j, naming the rule and %s', (rule, key, reason) => {
    let error: unknown;
    try {
      new RouteRules([{ match: '/fine' }, rule]);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ApitrailError);
    expect(error).toMatchObject({ code: 'APITRAIL_BAD_RULE', where: `routes.rules[1].${key}` });
    expect((error as Error).message).toMatch(reason);
    const parsed = routesConfigSchema.safeParse({ rules: [{ match: '/fine' }, rule] });
    expect(parsed.error?.issues[0]).toMatchObject({ path: ['rules', 1, key], params: { code: 'APITRAIL_BAD_RULE' } });
  });

  it('refuse an unknown key', () => {
    expect(routesConfigSchema.safeParse({ rules: [{ match: '/a', serivce: 'x' }] }).success).toBe(false);
  });
});
