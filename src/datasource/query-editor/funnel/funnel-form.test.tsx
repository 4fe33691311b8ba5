import { screen } from '@testing-library/react';
import { parseQuery, type PathNode } from '@apitrail/contract';

import type { Asked } from '../../testing/backend';
import { hostEditor, type Hosted } from '../testing';

const equals = (key: string, value: string) => ({ key, operator: '=', value });
const step = (route: string) => ({ name: `GET ${route}`, filters: [equals('method', 'GET'), equals('route', route)] });
const parsed = ({ saved }: Hosted) => parseQuery(saved());

type Columns = Record<string, unknown[]>;

function frame(columns: Columns, apitrail: object = {}) {
  const fields = Object.entries(columns).map(([name, values]) => ({
    name,
    type: typeof values[0] === 'number' ? 'number' : 'string',
  }));
  return { schema: { meta: { custom: { apitrail } }, fields }, data: { values: Object.values(columns) } };
}

const node = (at: number, route: string, value: number): PathNode => ({
  step: at,
  name: `GET ${route}`,
  keys: { method: 'GET', route },
  value,
  requests: value,
});

const ROUTES = { service: ['shop', 'shop', 'pay'], method: ['GET', 'GET', 'POST'], route: ['/a', '/b', '/pay'] };
const LINKS = { step: [0], source: ['GET /a'], target: ['GET /b'], value: [31], share: [0.62], median_ms: [12_000] };
const PATHS = {
  queryType: 'paths',
  dataset: 'requests',
  filters: [],
  anchor: [],
  unit: 'customer',
  identity: 'session',
  counting: 'units',
  direction: 'after',
  sessions: 'gap',
  sessionGap: 1_800_000,
  paths: 50,
  nodes: [node(0, '/a', 50), node(1, '/b', 31)],
};

/** A companion that has seen three routes, and fifty customers of whom fewer get to each further step. */
function companion({ url, data }: Asked): unknown {
  if (!url.includes('/ds/query')) {
    return [];
  }
  const [query] = data.queries;
  const answers: Record<string, () => unknown> = {
    endpoints: () => frame({ ...ROUTES, requests: [900, 300, 20] }, { queryType: 'endpoints' }),
    paths: () => frame(LINKS, PATHS),
    funnel: () =>
      frame(
        {
          units: query.steps.map((_: unknown, index: number) => 50 - 20 * index),
          conversion: query.steps.map((_: unknown, index: number) => 1 - 0.4 * index),
          step_conversion: query.steps.map((_: unknown, index: number) => (index === 0 ? null : 0.6)),
        },
        { queryType: 'funnel', rowsWithoutUnit: 0.25 }
      ),
  };
  return { results: { A: { status: 200, frames: [answers[query.queryType]()] } } };
}

const questions = ({ asked }: Hosted, queryType: string) =>
  asked.filter(({ url, data }) => url.includes('/ds/query') && data.queries[0].queryType === queryType);

const host = (query: object, respond = companion) => hostEditor({ queryType: 'funnel', ...query }, { respond });
const blank = { steps: [step('/a'), { name: 'Step 2', filters: [] }] };

beforeEach(() => localStorage.clear());

it('makes a step of a request that was seen, and names it', async () => {
  const editor = await host(blank);
  await editor.choose('Step 2 request', 'POST /pay');
  expect(parsed(editor)).toMatchObject({
    steps: [{}, { name: 'POST /pay', filters: [equals('method', 'POST'), equals('route', '/pay')] }],
  });
  expect(questions(editor, 'endpoints')[0].data.queries[0]).toMatchObject({
    groupBy: ['service', 'method', 'route'],
    orderBy: 'requests',
  });
});

it.each([
  ['no steps', {}],
  ['steps that say nothing', { steps: [{ name: 'Step 1', filters: [] }] }],
])('greets with what to do first where there are %s, not with errors', async (_, fields) => {
  await host(fields);
  expect(screen.getByText(/^Choose the request that the first step is/)).toBeInTheDocument();
  expect(screen.getByRole('group', { name: 'Step 1' })).toBeInTheDocument();
  expect(screen.queryByText(/is missing|must|cannot run yet/)).toBeNull();
});

it('takes any of several requests as a step', async () => {
  const editor = await host(blank);
  await editor.user.click(screen.getByLabelText('Step 1: or another request'));
  await editor.choose('Step 1 request 2', 'GET /b');
  expect(parsed(editor)).toMatchObject({
    steps: [
      {
        name: 'GET /a or GET /b',
        filters: [{ any: [{ all: step('/a').filters }, { all: step('/b').filters }] }],
      },
      {},
    ],
  });
  await editor.user.click(screen.getByLabelText('Remove step 1 request 2'));
  expect(parsed(editor)).toMatchObject({ steps: [step('/a'), {}] });
});

it('counts each step while it is edited, and says how many requests have no unit', async () => {
  const editor = await host({ steps: [step('/a'), step('/b')], view: 'times', timeShift: '1d', breakdown: 'service' });
  expect(await screen.findByText(/customers, 60\.0% of the step before/)).toHaveTextContent('30 customers');
  expect(screen.getByText(/25\.0% of the requests in the range have no customer/)).toBeInTheDocument();
  const [{ data }] = questions(editor, 'funnel');
  expect(data.queries[0]).toMatchObject({ view: 'steps' });
  expect(data.queries[0]).not.toHaveProperty('timeShift');
  expect(data.queries[0]).not.toHaveProperty('breakdown');
});

it('suggests what comes next, and makes it the step that says nothing yet', async () => {
  const editor = await host(blank);
  await editor.user.click(await screen.findByText('62% · 12 s'));
  expect(parsed(editor)).toMatchObject({ steps: [step('/a'), step('/b')] });
});

it('asks nothing when counts and suggestions are off, also the next time', async () => {
  const editor = await host(blank);
  await screen.findByText('62% · 12 s');
  await editor.user.click(screen.getByLabelText('Counts and suggestions'));
  expect(screen.queryByText('62% · 12 s')).not.toBeInTheDocument();
  const before = editor.asked.length;
  await editor.user.click(screen.getByText('Add step'));
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(editor.asked).toHaveLength(before);
  expect(localStorage.getItem('apitrail.funnel-editor.live')).toBe('off');
});

it('asks nothing while the query cannot run', async () => {
  const editor = await host({ steps: [step('/a'), step('/b')], window: '0s' });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(questions(editor, 'funnel')).toHaveLength(0);
  // At the field, and where the query that will run is shown.
  expect(screen.getAllByText(/must be from 1s to 366d/)).toHaveLength(2);
});

it('says at the step what the companion refuses about it', async () => {
  const refuse = (asked: Asked) =>
    asked.url.includes('/ds/query') && asked.data.queries[0].queryType === 'funnel'
      ? { results: { A: { status: 400, error: 'steps[1].filters[0].value is no regular expression.' } } }
      : companion(asked);
  await host({ steps: [step('/a'), step('/b')] }, refuse);
  const said = await screen.findByText(/is no regular expression/);
  expect(screen.getByRole('group', { name: 'Step 2' })).toContainElement(said);
});

it('makes a funnel of a path that is taken', async () => {
  const editor = await host({ steps: [{ name: 'Step 1' }, { name: 'Step 2' }] });
  await editor.user.click(screen.getByText('From a path…'));
  await editor.user.click(await screen.findByText('GET /a → GET /b'));
  expect(parsed(editor)).toMatchObject({ steps: [step('/a'), step('/b')], window: '30m', successOnly: false });
});

it('puts a step between two', async () => {
  const editor = await host({ steps: [step('/a'), step('/c')] });
  await editor.user.click(screen.getByLabelText('Insert a step after step 1'));
  await editor.choose('New step after step 1 request', 'GET /b');
  expect(parsed(editor)).toMatchObject({ steps: [step('/a'), step('/b'), step('/c')] });
});

it('tells who cannot see it where a step was moved to', async () => {
  const editor = await host({ steps: [step('/a'), step('/b')] });
  await editor.user.click(screen.getByLabelText('Move step 2 up'));
  expect(screen.getByText('GET /b is now step 1 of 2.')).toBeInTheDocument();
  expect(parsed(editor)).toMatchObject({ steps: [step('/b'), step('/a')] });
});

describe('what most funnels leave as it is', () => {
  const steps = [step('/a'), step('/b'), step('/c')];

  beforeEach(() => localStorage.setItem('apitrail.funnel-editor.live', 'off'));

  it('is that a step may be left out', async () => {
    const editor = await host({ steps });
    await editor.user.click(screen.getByLabelText('Step 2 conditions'));
    await editor.user.click(screen.getByLabelText('Step 2 may be left out'));
    expect(parsed(editor)).toMatchObject({ steps: [{}, { optional: true }, {}] });
  });

  it('is how steps come, and which attempts count', async () => {
    const editor = await host({ steps: steps.slice(1) });
    await editor.user.click(screen.getByLabelText('More about the funnel'));
    await editor.choose('Order', 'Strict');
    await editor.choose('Entry that counts', 'The best');
    expect(parsed(editor)).toMatchObject({ order: 'strict', reentry: 'optimised' });
  });

  it('is a breakdown', async () => {
    const editor = await host({ steps });
    await editor.user.click(screen.getByLabelText('More about the funnel'));
    await editor.enter('Broken down by', 'region');
    await editor.choose('Value of', '2. GET /b');
    expect(parsed(editor)).toMatchObject({ breakdown: 'region', attribution: 2 });
  });

  it('is what must not happen between two steps', async () => {
    const editor = await host({ steps });
    await editor.user.click(screen.getByLabelText('More about the funnel'));
    await editor.user.click(screen.getByText('Add exclusion'));
    await editor.choose('Exclusion 1 request', 'POST /pay');
    await editor.choose('Before step', '2. GET /b');
    await editor.choose('It', 'Removes the attempt');
    expect(parsed(editor)).toMatchObject({
      exclusions: [{ name: 'POST /pay', toStep: 2, mode: 'remove', filters: [{ value: 'POST' }, { value: '/pay' }] }],
    });
  });

  it('opens by itself when something in it is wrong', async () => {
    await host({ steps, exclusions: [{ filters: [], fromStep: 3 }] });
    expect(screen.getByLabelText('More about the funnel')).toHaveAttribute('aria-expanded', 'true');
    expect(screen.getByLabelText('After step', { selector: 'input' })).toBeInvalid();
  });
});

describe('a view', () => {
  const steps = [step('/a'), step('/b'), step('/c')];

  it('has its fields, and leaves those of another behind', async () => {
    const editor = await host({ steps, view: 'times', fromStep: 2 });
    await editor.choose('View', 'Who');
    await editor.choose('Reason', 'Failed');
    await editor.choose('Who did not get to', '3. GET /c');
    expect(editor.saved()).not.toHaveProperty('fromStep');
    expect(parsed(editor)).toMatchObject({ view: 'units', reason: 'failed', step: 3 });
  });

  it('of reasons says what is slow', async () => {
    const editor = await host({ steps, view: 'reasons' });
    await editor.user.type(screen.getByLabelText('Slow is × usual p95'), '2{Enter}');
    expect(parsed(editor)).toMatchObject({ view: 'reasons', slowFactor: 2 });
  });

  it('of correlation leaves out values and keys, and compares what is necessary', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps, view: 'correlation' });
    await editor.user.click(screen.getByText('Leave out'));
    expect(editor.saved()).not.toHaveProperty('correlateExcept');
    await editor.choose('Left out 1 key', 'route');
    expect(parsed(editor)).toMatchObject({ correlateExcept: [{ key: 'route' }] });
    await editor.choose('Left out 1 value', '/api/checkout');
    await editor.user.click(screen.getByText('Leave out'));
    await editor.enter('Left out 2 key', 'attributes.basket');
    await editor.user.click(screen.getByLabelText(/^Compare what is necessary/));
    expect(parsed(editor)).toMatchObject({
      correlateExcept: [{ key: 'route', value: '/api/checkout' }, { key: 'attributes.basket' }],
      correlateNecessary: true,
    });
    await editor.user.click(screen.getByLabelText('Remove left out 1'));
    expect(parsed(editor)).toMatchObject({ correlateExcept: [{ key: 'attributes.basket' }] });
    await editor.user.click(screen.getByLabelText('Remove left out 1'));
    expect(editor.saved()).not.toHaveProperty('correlateExcept');
  });
});
