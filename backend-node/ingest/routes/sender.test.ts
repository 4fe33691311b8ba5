import { normaliseRoute } from './sender';

describe('the route a sender gives', () => {
  it.each([
    ['/users/:id', '/users/{id}'],
    ['/users/:id(\\d+)/posts/:post?', '/users/{id}/posts/{post}'],
    ['/users/<id>', '/users/{id}'],
    ['/users/<int:user_id>/', '/users/{user_id}'],
    ['/users/[id]', '/users/{id}'],
    ['/docs/[[...slug]]', '/docs/{slug}'],
    ['/users/{id}', '/users/{id}'],
    ['/users/{id:int}', '/users/{id}'],
    ['/users/{id:[0-9]{2,4}}', '/users/{id}'],
    ['/files/{*path}', '/files/{path}'],
    ['/files/{path...}', '/files/{path}'],
    ['/{proxy+}', null],
    ['/v1/{proxy+}', '/v1/{proxy}'],
    ['^users/(?P<pk>[0-9]+)/$', '/users/{pk}'],
    ['GET /users/{id}', '/users/{id}'],
    ['users//{id}/', '/users/{id}'],
    ['/v1/things/{id}:cancel', '/v1/things/{id}:cancel'],
    ['/v1/things:batchGet', '/v1/things:batchGet'],
    ['/users/{id}.:format', '/users/{id}.{format}'],
    ['/', '/'],
    ['/a?token=S', '/a'],
    ['/a#token=S', '/a'],
    ['/users/:id?token=S', '/users/{id}'],
    ['/users/{id}?token=S', '/users/{id}'],
    ['GET /a/?next=/b', '/a'],
    ['/a(/b)?/c', '/a(/b)/c'],
    ['/(?:a|b)/c', '/(:a|b)/c'],
  ])('%s is %s', (route, expected) => {
    expect(normaliseRoute(route)).toBe(expected);
  });

  it.each(['', '  ', '*', '/*', '/**', '(.*)', 'unknown', '-', null, undefined])('%p says nothing', (route) => {
    expect(normaliseRoute(route)).toBeNull();
  });
});
