import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { DeclaredRoute } from '../declared/declared-route';
import { readOpenApi, type ReadOpenApiOptions } from './index';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apitrail-openapi-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function read(files: string | Record<string, string>, options?: ReadOpenApiOptions) {
  const all = typeof files === 'string' ? { 'openapi.yaml': files } : files;
  for (const [name, text] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return readOpenApi(join(folder, Object.keys(all)[0]!), options);
}

const HEAD = 'openapi: 3.1.0\ninfo: { title: Shop, version: "1.2" }\n';
const ok = 'get: { responses: { 200: { description: OK } } }';
const templates = ({ routes }: { routes: DeclaredRoute[] }) => routes.map(({ template }) => template);
/** The message of the refusal, without the folder of the test. */
const refusal = async (files: string | Record<string, string>) => {
  const error = await read(files).then(
    () => undefined,
    (reason: Error & { code: string; where: string }) => reason
  );
  return {
    code: error?.code,
    where: error?.where?.replaceAll(`${folder}/`, ''),
    message: error?.message.replaceAll(`${folder}/`, '') ?? '',
  };
};

describe('a document that cannot be told', () => {
  it('is refused at the alias with which its aliases stand for too much', async () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const of = level === 0 ? 'x' : `*a${level - 1}`;
      return `  l${level}: &a${level} [${Array.from({ length: 9 }, () => of).join(', ')}]`;
    });
    const bomb = `${HEAD}x-bomb:\n${levels.join('\n')}\npaths: { /a: { ${ok} } }\n`;
    expect(await refusal(bomb)).toEqual({
      code: 'APITRAIL_BAD_OPENAPI',
      where: expect.stringMatching(/^openapi\.yaml:\d+:\d+$/),
      message: expect.stringMatching(
        /^openapi\.yaml:(\d+):\d+: with the alias \*a\d the aliases of the document stand for more than 1,000,000 values \(#\/x-bomb\/l\d\/\d\)\.$/
      ),
    });
  });

  it('is refused at an alias that stands for nothing', async () => {
    expect(await refusal(`${HEAD}paths:\n  /a: *nobody\n`)).toMatchObject({
      where: 'openapi.yaml:4:7',
      message: expect.stringContaining('*nobody'),
    });
  });

  it('is read where aliases stand for little, however often', async () => {
    const paths = Array.from({ length: 500 }, (_, index) => `  /p${index}: *item`);
    const text = `${HEAD}x-item: &item { ${ok} }\npaths:\n${paths.join('\n')}\n`;
    expect((await read(text)).routes).toHaveLength(500);
  });

  it('is refused at a key that a map of JSON has twice', async () => {
    const json = `{
  "openapi": "3.1.0", "info": { "title": "a \\"quoted\\" {title", "version": "1" },
  "paths": {
    "/a": { "get": {} }, "/b": { "parameters": [{}, { "name": "x" }], "get": {} },
    "/\\u0061": { "post": {} }
  }
}`;
    expect(await refusal({ 'openapi.json': json })).toEqual({
      code: 'APITRAIL_BAD_OPENAPI',
      where: 'openapi.json:5:5',
      message: 'openapi.json:5:5: the key "/a" stands twice in one map, first at 4:5 (#/paths/~1a).',
    });
  });

  it('is refused at a key that stands twice deep in a list of JSON', async () => {
    const paths = '{"/a":{"get":{"tags":[[],{"x":1},{"y":1,"z":[{}],"y":2}]}}}';
    expect(await refusal({ 'a.json': `{"openapi":"3.1.0","paths":${paths}}` })).toMatchObject({
      message: expect.stringContaining('(#/paths/~1a/get/tags/2/y).'),
    });
  });

  it('is read where maps beside each other have the same keys', async () => {
    const json = '{"openapi":"3.1.0","info":{"title":"x"},"paths":{"/a":{"get":{},"put":{}},"/b":{"get":{},"put":{}}}}';
    expect(templates(await read({ 'openapi.json': json }))).toEqual(['/a', '/b']);
  });
});

describe('an OpenAPI 3 document', () => {
  it('gives its paths, methods, operations and the errors they declare', async () => {
    const document = await read(`${HEAD}paths:
  /orders/{orderId}:
    get:
      operationId: getOrder
      deprecated: true
      responses: { 200: { description: OK }, 404: { description: None }, 4XX: { description: Bad }, default: {} }
    delete: { responses: { 204: { description: Gone } } }
`);
    expect(document).toMatchObject({ spec: 'OpenAPI 3.1.0', title: 'Shop', infoVersion: '1.2', warnings: [] });
    expect(document.routes).toEqual([
      {
        template: '/orders/{orderId}',
        where: `${join(folder, 'openapi.yaml')}:4:3`,
        methods: { GET: { operationId: 'getOrder', deprecated: true, errors: ['404', '4XX'] }, DELETE: {} },
      },
    ]);
  });

  it('is served under the paths of its servers, each once, with their variables', async () => {
    const document = await read(`${HEAD}servers:
  - url: https://api.example.com/{edition}/
    variables: { edition: { default: v2, enum: [v1, v2] } }
  - url: '{scheme}://sandbox.example.com/v2?x=1'
  - url: //cdn.example.com
paths:
  /users/: { ${ok} }
`);
    expect(document.basePaths).toEqual(['/v1', '/v2', '/']);
    expect(templates(document)).toEqual(['/v1/users', '/v2/users', '/users']);
  });

  it('lets the servers of a path or an operation go before those of the document, and --base-path before all', async () => {
    const text = `${HEAD}servers: [{ url: /v1 }]
paths:
  /a:
    servers: [{ url: /v2 }]
    ${ok}
    post:
      servers: [{ url: /upload }]
      responses: {}
  /b: { ${ok} }
`;
    expect(templates(await read(text))).toEqual(['/v2/a', '/upload/a', '/v1/b']);
    expect(templates(await read(text, { basePaths: ['/gateway/', '/'] }))).toEqual([
      '/gateway/a',
      '/a',
      '/gateway/b',
      '/b',
    ]);
  });

  it('keeps what is known of parameters, of the path and of the operation, by reference too', async () => {
    const { routes } = await read(`${HEAD}components:
  parameters:
    id: { name: id, in: path, required: true, schema: { $ref: '#/components/schemas/Id' } }
  schemas:
    Id: { type: [integer, 'null'] }
paths:
  /{locale}/items/{id}/parts/{part}:
    parameters:
      - $ref: '#/components/parameters/id'
      - { name: locale, in: path, schema: { type: string, enum: [en, fr] } }
      - { name: q, in: query, schema: { type: integer } }
    get:
      parameters: [{ name: part, in: path, schema: { type: string, pattern: '^[a-z]+$', format: uuid } }]
`);
    expect(routes[0]?.parameters).toEqual({
      locale: { enum: ['en', 'fr'] },
      id: { type: 'integer' },
      part: { format: 'uuid', pattern: '^[a-z]+$' },
    });
  });

  it('knows parameters that take slashes', async () => {
    const { routes } = await read(`${HEAD}paths:
  /files/{path}: { ${ok} }
  /raw/{+name}/info: { ${ok} }
  /v2/{repository*}/tags: { ${ok} }
  /contents/{where}:
    get: { parameters: [{ name: where, in: path, x-multi-segment: true, schema: { type: string } }] }
  /{path}: { ${ok} }
`);
    const slashes = routes.map(({ template, parameters }) => [
      template,
      Object.entries(parameters ?? {}).flatMap(([name, hint]) => (hint.slashes ? [name] : [])),
    ]);
    expect(slashes).toEqual([
      ['/files/{path}', ['path']],
      ['/raw/{name}/info', ['name']],
      ['/v2/{repository}/tags', ['repository']],
      ['/contents/{where}', ['where']],
      ['/{path}', []],
    ]);
  });

  it('follows references of paths, within the document and into files beside it', async () => {
    const document = await read({
      'api/openapi.yaml': `${HEAD}paths:
  /users: { $ref: paths/users.yaml }
  /teams: { $ref: '#/components/pathItems/teams' }
  /members: { $ref: 'paths/more.json#/~1members' }
components:
  pathItems:
    teams: { ${ok} }
`,
      'api/paths/users.yaml': `get: {}\nparameters: [{ $ref: more.json#/p }]\n`,
      'api/paths/more.json':
        '{"/members":{"get":{},"put":{}},"p":{"name":"x","in":"path","schema":{"type":"integer"}}}',
    });
    expect(document.routes.map(({ template, methods }) => [template, Object.keys(methods)])).toEqual([
      ['/users', ['GET']],
      ['/teams', ['GET']],
      ['/members', ['GET', 'PUT']],
    ]);
    expect(document.files).toHaveLength(3);
  });

  it('has another hash when a file it refers to has changed', async () => {
    const root = `${HEAD}paths:\n  /users: { $ref: users.yaml }\n`;
    const first = await read({ 'openapi.yaml': root, 'users.yaml': 'get: {}' });
    const same = await read({ 'openapi.yaml': root, 'users.yaml': 'get: {}' });
    const other = await read({ 'openapi.yaml': root, 'users.yaml': 'post: {}' });
    expect(same.hash).toBe(first.hash);
    expect(other.hash).not.toBe(first.hash);
  });
});

it('reads Swagger 2 with its base path and parameters', async () => {
  const document = await read({
    'swagger.json': JSON.stringify({
      swagger: '2.0',
      info: { title: 'Pets', version: 3 },
      basePath: '/v2',
      paths: { '/pet/{petId}': { get: { parameters: [{ name: 'petId', in: 'path', type: 'integer' }] } } },
    }),
  });
  expect(document).toMatchObject({ spec: 'Swagger 2.0', title: 'Pets', infoVersion: '3', basePaths: ['/v2'] });
  expect(document.routes[0]).toMatchObject({ template: '/v2/pet/{petId}', parameters: { petId: { type: 'integer' } } });
  expect(document.routes[0]?.where).toMatch(/swagger\.json:1:\d+$/);
});

describe('warnings', () => {
  const warnings = async (text: string) =>
    (await read(text)).warnings.map((warning) => warning.replaceAll(`${folder}/`, ''));

  it('name two routes that fit the same requests, with both lines', async () => {
    const found = await warnings(`${HEAD}paths:\n  /u/{id}: { ${ok} }\n  /x: { ${ok} }\n  /u/{name}: { ${ok} }\n`);
    expect(found).toEqual([
      'openapi.yaml:6:3: /u/{name} and /u/{id} (openapi.yaml:4:3) fit the same requests; /u/{id}, which stands first, gets them.',
    ]);
  });

  it('are none where methods or the kinds of values tell them apart', async () => {
    const typed = 'get: { parameters: [{ name: id, in: path, schema: { type: integer } }] }';
    const text = `${HEAD}paths:\n  /u/{id}: { ${typed} }\n  /u/{name}: { ${ok} }\n  /u/{key}: { post: {} }\n`;
    expect(await warnings(text)).toEqual([]);
  });

  it('tell of what is left out', async () => {
    const found = await warnings(`openapi: 3.0.3
info: { version: 1 }
paths:
  /search?q={q}: { ${ok} }
  /search/: { gett: {}, ${ok} }
  /{proxy+}: { ${ok} }
  /a/{b}:
    get: { parameters: [{ name: b, in: path, schema: { pattern: '^(a+)+$' } }] }
  /a/{c}:
    put: { parameters: [{ $ref: '#/nowhere' }, { name: c, in: path, schema: { pattern: '(?i)x' } }] }
`);
    expect(found).toEqual([
      'openapi.yaml:4:3: the path /search?q={q} has a query or fragment, which a route cannot have; it is /search.',
      'openapi.yaml:5:15: gett is no method, maybe get; it is left out.',
      'openapi.yaml:5:3: the path /search/ is the same route as /search?q={q} (openapi.yaml:4:3); they are one.',
      'openapi.yaml:6:3: the path /{proxy+} fits every request and tells nothing; it is left out.',
      expect.stringMatching(/^openapi.yaml:8:\d+: the pattern "\^\(a\+\)\+\$" may take very long and is left out/),
      expect.stringMatching(/^openapi.yaml:10:\d+: \$ref #\/nowhere leads nowhere/),
      expect.stringMatching(/^openapi.yaml:10:\d+: the pattern is left out, it is no regular expression/),
      expect.stringMatching(/no info\.title; the name of the file is taken/),
    ]);
  });
});

describe('a bad document is refused', () => {
  it('with line and column where it is no YAML', async () => {
    expect(await refusal('openapi: 3.1.0\npaths:\n  /a: {get: {}\n')).toMatchObject({
      code: 'APITRAIL_BAD_OPENAPI',
      where: expect.stringMatching(/^openapi\.yaml:\d+:\d+$/),
    });
  });

  it('where a path stands twice', async () => {
    const { message } = await refusal(`${HEAD}paths:\n  /a: { ${ok} }\n  /a: { ${ok} }\n`);
    expect(message).toMatch(/^openapi\.yaml:5:3: Map keys must be unique/);
  });

  it('with all faults at once, their places and pointers', async () => {
    const { message, where } = await refusal(`${HEAD}paths:
  users: { ${ok} }
  /a/{b: { ${ok} }
  /a/{}: { ${ok} }
  /b: nothing
  /c:
    get:
`);
    expect(where).toBe('openapi.yaml:4:3');
    expect(message.split('\n  ')).toEqual([
      'openapi.yaml:4:3: a path begins with /, "users" does not (#/paths/users).',
      'openapi.yaml:5:3: the braces of "/a/{b" do not come in pairs (#/paths/~1a~1{b).',
      'openapi.yaml:6:3: a parameter of "/a/{}" has no name (#/paths/~1a~1{}).',
      'openapi.yaml:7:7: a path has methods, as in /b: { get: … }; here it is the string "nothing" (#/paths/~1b).',
      'openapi.yaml:9:5: an operation is a map, here it is nothing (#/paths/~1c/get).',
    ]);
  });

  it.each([
    ['hello', /an OpenAPI document is a map that begins with openapi: 3\.1\.0, this is the string "hello"/],
    ['asyncapi: 2.6.0', /AsyncAPI/],
    ['info: { _postman_id: x }', /Postman collection: export it as OpenAPI/],
    ['swaggerVersion: "1.2"', /Swagger 1/],
    [
      'openapi: 4.0.0\npaths: {}',
      /^openapi\.yaml:1:10: OpenAPI 3\.x and Swagger 2\.0 are read, not "4\.0\.0" \(#\/openapi\)/,
    ],
    [HEAD, /it has no paths/],
    [`${HEAD}paths: []`, /paths is a map, here it is a list/],
    [`${HEAD}paths: { /a: { parameters: [] } }`, /no path with a method/],
  ])('that is none: %j', async (text, message) => {
    const found = await refusal(text);
    expect(found.code).toBe('APITRAIL_BAD_OPENAPI');
    expect(found.message).toMatch(message);
  });

  it('when a reference of a path cannot be followed, and nothing is fetched', async () => {
    await writeFile(join(folder, 'outside.yaml'), 'get: {}');
    const { message } = await refusal({
      'api/openapi.yaml': `${HEAD}paths:
  /a: { $ref: https://example.com/paths.yaml }
  /b: { $ref: ../outside.yaml }
  /c: { $ref: missing.yaml }
  /d: { $ref: '#/paths/~1e' }
  /e: { $ref: '#/paths/~1d' }
`,
    });
    expect(message.split('\n  ')).toEqual([
      expect.stringContaining('leads to the network, from which Apitrail fetches nothing. Bundle it into one file'),
      expect.stringContaining('leads out of the folder of the document'),
      expect.stringContaining('leads to a file that is not there'),
      expect.stringContaining('leads in a circle'),
      expect.stringContaining('leads in a circle'),
    ]);
  });

  it('when it is not there', async () => {
    await expect(readOpenApi(join(folder, 'none.yaml'))).rejects.toMatchObject({ code: 'APITRAIL_BAD_OPENAPI' });
  });
});
