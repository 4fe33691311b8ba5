import { screen } from '@testing-library/react';
import { parseQuery } from '@apitrail/contract';

import { hostEditor, type Hosted } from '../testing';

/** What the contract makes of the saved query. */
const parsed = ({ saved }: Hosted) => parseQuery(saved());

describe('traffic', () => {
  it('sets metrics, grouping, format, order and interval', async () => {
    const editor = await hostEditor({ queryType: 'traffic', metrics: ['requests'] });
    await editor.choose('Metrics', 'p95 latency');
    await editor.choose('Group by', 'service');
    await editor.choose('Format', 'Numeric');
    await editor.choose('Top groups by', 'Errors');
    await editor.user.type(screen.getByLabelText('Interval'), '5m{Enter}');
    expect(parsed(editor)).toMatchObject({
      metrics: ['requests', 'p95'],
      groupBy: ['service'],
      format: 'numeric',
      orderBy: 'errors',
      interval: '5m',
    });
  });

  it('sets dataset and time zone', async () => {
    const editor = await hostEditor({ queryType: 'traffic' });
    await editor.choose('Dataset', 'gateway');
    await editor.choose('Time zone', 'UTC');
    expect(parsed(editor)).toMatchObject({ dataset: 'gateway', timezone: 'UTC' });
  });
});

describe('endpoints', () => {
  it('sets keys, metrics, order and number of rows', async () => {
    const editor = await hostEditor({ queryType: 'endpoints', groupBy: ['route'], metrics: ['p95'] });
    await editor.choose('A row per', 'attributes.plan');
    await editor.choose('Metrics', 'Apdex');
    await editor.choose('Top rows by', 'p99 latency');
    await editor.user.type(screen.getByLabelText('Rows'), '7{Enter}');
    expect(parsed(editor)).toMatchObject({
      groupBy: ['route', 'attributes.plan'],
      metrics: ['p95', 'apdex'],
      orderBy: 'p99',
      limit: 7,
    });
  });
});

describe('heatmap', () => {
  it('sets metric, columns and rows', async () => {
    const editor = await hostEditor({ queryType: 'heatmap' });
    await editor.choose('Metric', 'Server errors');
    await editor.choose('Columns', 'Hour of day');
    await editor.choose('Share', 'Of the row');
    await editor.choose('Rows', 'Latency');
    expect(parsed(editor)).toMatchObject({
      metric: 'server_errors',
      x: 'hour_of_day',
      y: 'latency',
      normalise: 'row',
    });
    expect(screen.queryByLabelText('A row per')).not.toBeInTheDocument();
  });

  it('offers shares only of what sums up, and intervals only over time', async () => {
    await hostEditor({ queryType: 'heatmap', metric: 'p95', x: 'day_of_week' });
    expect(screen.queryByLabelText('Share')).not.toBeInTheDocument();
    expect(screen.queryByLabelText('Interval')).not.toBeInTheDocument();
  });
});

describe('funnel', () => {
  const steps = [
    { name: 'See', filters: [{ key: 'route', operator: '=', value: '/a' }] },
    { name: 'Buy', filters: [] },
    { name: 'Pay', filters: [] },
  ];

  it('adds, names and removes steps', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps: steps.slice(0, 2) });
    expect(screen.getByLabelText('Remove step 1')).toBeDisabled();
    await editor.user.click(screen.getByText('Add step'));
    await editor.user.clear(screen.getByLabelText('Step 3 name'));
    await editor.user.type(screen.getByLabelText('Step 3 name'), 'Return{Enter}');
    await editor.user.click(screen.getByLabelText('Remove step 2'));
    expect(parsed(editor)).toMatchObject({ steps: [{ name: 'See' }, { name: 'Return' }] });
  });

  it('changes the order of steps', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps });
    await editor.user.click(screen.getByLabelText('Move step 3 up'));
    await editor.user.click(screen.getByLabelText('Move step 1 down'));
    expect(parsed(editor)).toMatchObject({ steps: [{ name: 'Pay' }, { name: 'See' }, { name: 'Buy' }] });
  });

  it('says which requests a step is', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps });
    await editor.user.click(screen.getByLabelText('Step 2 conditions'));
    await editor.user.click(screen.getByLabelText('Add step 2 filter'));
    await editor.choose('Step 2 filter 1 key', 'route');
    await editor.choose('Step 2 filter 1 value', '/api/checkout');
    expect(parsed(editor)).toMatchObject({
      steps: [{}, { filters: [{ key: 'route', operator: '=', value: '/api/checkout' }] }, {}],
    });
  });

  it('sets who is followed, how long, and what counts', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps });
    await editor.choose('Identity', 'Strict');
    await editor.choose('Who is followed', 'Accounts');
    await editor.choose('Within', '30m');
    await editor.user.click(screen.getByLabelText('More about the funnel'));
    await editor.user.click(screen.getByLabelText('Successful only'));
    await editor.choose('View', 'Times');
    expect(parsed(editor)).toMatchObject({
      identity: 'strict',
      unit: 'account',
      window: '30m',
      successOnly: false,
      view: 'times',
    });
  });

  it('asks for one number in the numeric format', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps });
    await editor.choose('Format', 'Numeric');
    await editor.choose('Number', 'Step conversion');
    await editor.choose('At step', '2. Buy');
    expect(parsed(editor)).toMatchObject({ format: 'numeric', metric: 'step_conversion', step: 2 });
    expect(screen.queryByLabelText('View')).not.toBeInTheDocument();
  });

  it('has no identity to choose for sessions', async () => {
    await hostEditor({ queryType: 'funnel', steps, unit: 'session' });
    expect(screen.queryByLabelText('Identity')).not.toBeInTheDocument();
  });

  it('says which step has no name', async () => {
    const editor = await hostEditor({ queryType: 'funnel', steps });
    await editor.user.clear(screen.getByLabelText('Step 2 name'));
    await editor.user.tab();
    expect(screen.getByLabelText('Step 2 name')).toBeInvalid();
    expect(screen.getByLabelText('Step 1 name')).toBeValid();
  });
});

describe('paths', () => {
  it('sets who is followed, where from, and how it is counted', async () => {
    const editor = await hostEditor({ queryType: 'paths' });
    await editor.choose('Who is followed', 'attributes.plan');
    await editor.choose('Paths', 'Before');
    await editor.choose('Counted', 'Transitions');
    await editor.choose('A node per', 'service');
    expect(parsed(editor)).toMatchObject({
      unit: 'attributes.plan',
      direction: 'before',
      counting: 'transitions',
      groupBy: ['method', 'route', 'service'],
    });
    expect(screen.queryByLabelText('Identity')).not.toBeInTheDocument();
  });

  it('says which requests are the anchor, and how far paths go', async () => {
    const editor = await hostEditor({ queryType: 'paths' });
    await editor.user.click(screen.getByLabelText('Add anchor filter'));
    await editor.choose('Anchor filter 1 key', 'route');
    await editor.choose('Anchor filter 1 value', '/api/checkout');
    await editor.user.type(screen.getByLabelText('Depth'), '3{Enter}');
    await editor.user.type(screen.getByLabelText('Rows per step'), '8{Enter}');
    await editor.user.type(screen.getByLabelText('Pause'), '1h{Enter}');
    await editor.choose('Sessions', 'By id');
    await editor.user.click(screen.getByLabelText('Repeats as one'));
    expect(parsed(editor)).toMatchObject({
      anchor: [{ key: 'route', operator: '=', value: '/api/checkout' }],
      depth: 3,
      rowsPerStep: 8,
      sessionGap: '1h',
      sessions: 'id',
      collapse: false,
    });
  });

  it('goes over to a step of a funnel, which begins with the anchor, and back', async () => {
    const anchor = [{ key: 'route', operator: '=', value: '/a' }];
    const editor = await hostEditor({ queryType: 'paths', anchor });
    await editor.choose('Anchored on', 'Funnel step');
    await editor.user.click(screen.getByText('Add step'));
    await editor.choose('Who', 'Reached it');
    await editor.choose('Funnel step', '3. Step 3');
    expect(parsed(editor)).toMatchObject({
      anchor: [],
      funnel: { steps: [{ filters: anchor }, { name: 'Step 2' }, { name: 'Step 3' }], step: 3, outcome: 'converted' },
    });
    await editor.user.click(screen.getByLabelText('Remove step 3'));
    expect(parsed(editor)).toMatchObject({ funnel: { step: 2 } });
    await editor.choose('Anchored on', 'Requests');
    expect(editor.saved()).not.toHaveProperty('funnel');
  });

  it('says which step has no name', async () => {
    const funnel = { steps: [{ name: 'A' }, { name: 'B' }], step: 2 };
    const editor = await hostEditor({ queryType: 'paths', funnel });
    await editor.user.clear(screen.getByLabelText('Step 2 name'));
    await editor.user.tab();
    expect(screen.getByLabelText('Step 2 name')).toBeInvalid();
  });

  it('asks for one number per link in the numeric format', async () => {
    const editor = await hostEditor({ queryType: 'paths' });
    await editor.choose('Format', 'Numeric');
    await editor.choose('Number', 'Median time');
    expect(parsed(editor)).toMatchObject({ format: 'numeric', metric: 'median_ms' });
  });
});

describe('retention', () => {
  it('sets cohorts, and what counts as coming back', async () => {
    const editor = await hostEditor({ queryType: 'retention' });
    await editor.choose('Cohorts by', 'Weeks');
    await editor.choose('Returned', 'Every time');
    await editor.choose('Intervals', 'Rolling');
    await editor.choose('Counted', 'First start');
    await editor.choose('Number', 'Count');
    await editor.user.type(screen.getByLabelText('Periods'), '4{Enter}');
    expect(parsed(editor)).toMatchObject({
      interval: 'week',
      mode: 'streak',
      alignment: 'rolling',
      starts: 'first',
      metric: 'units',
      periods: 4,
    });
    expect(screen.queryByLabelText('Brackets')).not.toBeInTheDocument();
  });

  it('says what they start and return with', async () => {
    const editor = await hostEditor({ queryType: 'retention' });
    await editor.user.click(screen.getByLabelText('Add return filter'));
    await editor.choose('Return filter 1 key', 'route');
    await editor.choose('Return filter 1 value', '/api/checkout');
    await editor.user.click(screen.getByLabelText('Add start filter'));
    await editor.choose('Start filter 1 key', 'route');
    await editor.choose('Start filter 1 value', '/api/products');
    expect(parsed(editor)).toMatchObject({
      start: [{ key: 'route', operator: '=', value: '/api/products' }],
      return: [{ key: 'route', operator: '=', value: '/api/checkout' }],
    });
  });

  it('takes brackets, and says what is none', async () => {
    const editor = await hostEditor({ queryType: 'retention' });
    await editor.user.type(screen.getByLabelText('Brackets'), '0, 1 4{Enter}');
    expect(parsed(editor)).toMatchObject({ brackets: [0, 1, 4] });
    expect(screen.queryByLabelText('Periods')).not.toBeInTheDocument();
    await editor.user.clear(screen.getByLabelText('Brackets'));
    await editor.user.type(screen.getByLabelText('Brackets'), '0, 4, 2{Enter}');
    expect(screen.getByLabelText('Brackets')).toBeInvalid();
    await editor.user.clear(screen.getByLabelText('Brackets'));
    await editor.user.type(screen.getByLabelText('Brackets'), '0, one{Enter}');
    expect(screen.getByLabelText('Brackets')).toHaveValue('0, one');
    expect(screen.getByLabelText('Brackets')).toBeInvalid();
  });

  it('asks for one column in the numeric format', async () => {
    const editor = await hostEditor({ queryType: 'retention', view: 'curve' });
    expect(screen.queryByLabelText('Number')).not.toBeInTheDocument();
    await editor.choose('Format', 'Numeric');
    await editor.user.type(screen.getByLabelText('Of column'), '3{Enter}');
    expect(parsed(editor)).toMatchObject({ format: 'numeric', column: 3 });
    expect(screen.queryByLabelText('View')).not.toBeInTheDocument();
  });
});

describe('errors', () => {
  it('sets what a row is and how many', async () => {
    const editor = await hostEditor({ queryType: 'errors', groupBy: ['service'] });
    await editor.choose('A row per', 'route');
    await editor.user.type(screen.getByLabelText('Rows'), '20{Enter}');
    expect(parsed(editor)).toMatchObject({ groupBy: ['service', 'route'], limit: 20 });
  });
});

describe('requests', () => {
  it('sets columns, text, order and format', async () => {
    const editor = await hostEditor({ queryType: 'requests', columns: ['time'] });
    await editor.choose('Columns', 'attributes.plan');
    await editor.user.type(screen.getByLabelText('Containing'), 'timeout{Enter}');
    await editor.choose('Order by', 'route');
    await editor.choose('Direction', 'Ascending');
    await editor.choose('Format', 'Logs');
    expect(parsed(editor)).toMatchObject({
      columns: ['time', 'attributes.plan'],
      search: 'timeout',
      orderBy: [{ key: 'route', direction: 'asc' }],
      format: 'logs',
    });
  });
});

describe('values', () => {
  it("saves the key where Grafana's own key does not overwrite it", async () => {
    const editor = await hostEditor({ queryType: 'values', key: 'Q-5f3c-0' });
    expect(screen.getByText(/cannot run yet/)).toBeInTheDocument();
    await editor.choose('Key', 'route');
    await editor.user.type(screen.getByLabelText('Containing'), 'api{Enter}');
    expect(editor.saved()).toMatchObject({ keyName: 'route', key: 'Q-5f3c-0', search: 'api' });
    expect(screen.queryByText(/cannot run yet/)).not.toBeInTheDocument();
  });
});

describe('annotations', () => {
  it('sets kinds, tags and how many', async () => {
    const editor = await hostEditor({ queryType: 'annotations', kind: ['deploy'] });
    await editor.choose('Kinds', 'Incidents');
    await editor.user.type(screen.getByLabelText('With a tag of'), 'sale');
    await editor.user.click(await screen.findByText('Use custom value'));
    await editor.user.type(screen.getByLabelText('Most'), '7{Enter}');
    expect(parsed(editor)).toMatchObject({ kind: ['deploy', 'incident'], tags: ['sale'], limit: 7 });
  });
});

describe('customers', () => {
  it('sets who is looked at, in which order, and from where on one is at risk', async () => {
    const editor = await hostEditor({ queryType: 'customers' });
    await editor.choose('Identity', 'Strict');
    await editor.choose('Ordered by', 'Requests');
    await editor.choose('Order', 'Least or oldest first');
    await editor.user.type(screen.getByLabelText('Rows'), '7{Enter}');
    await editor.user.type(screen.getByLabelText('At risk below'), '50{Enter}');
    expect(parsed(editor)).toMatchObject({
      view: 'list',
      identity: 'strict',
      orderBy: 'requests',
      direction: 'asc',
      limit: 7,
      threshold: 50,
    });
  });

  it('asks for one number of all in the numeric format', async () => {
    const editor = await hostEditor({ queryType: 'customers' });
    await editor.choose('Format', 'Numeric');
    await editor.choose('Number', 'At risk');
    expect(parsed(editor)).toMatchObject({ format: 'numeric', metric: 'at_risk' });
    expect(screen.queryByLabelText('Rows')).not.toBeInTheDocument();
  });

  it('goes from one view to another without what only the first has', async () => {
    const editor = await hostEditor({ queryType: 'customers', orderBy: 'sessions' });
    await editor.choose('View', 'Outreach');
    await editor.choose('Reason', 'Abandoned a journey');
    expect(editor.saved()).not.toHaveProperty('orderBy', 'sessions');
    expect(parsed(editor)).toMatchObject({ view: 'outreach', reason: 'abandoned' });
    await editor.choose('View', 'Trend');
    expect(parsed(editor)).toMatchObject({ view: 'trend', format: 'time_series' });
  });

  it('needs to know whose timeline it is, and takes an id that is not in the list', async () => {
    const editor = await hostEditor({ queryType: 'customers', view: 'timeline' });
    const only = screen.getByLabelText(/^Only/);
    expect(only).toHaveAttribute('placeholder', 'Choose a customer');
    expect(() => parsed(editor)).toThrow('customer is needed');
    await editor.user.click(only);
    await editor.user.keyboard('jane{Enter}');
    await editor.choose('Shown', 'Errors');
    expect(parsed(editor)).toMatchObject({ customer: 'jane', kinds: ['session', 'request', 'journey'] });
    expect(screen.queryByLabelText('Ordered by')).not.toBeInTheDocument();
  });

  it('takes a funnel for the journeys, and goes back to visits', async () => {
    const editor = await hostEditor({ queryType: 'customers', view: 'outreach' });
    await editor.choose('Journeys', 'A funnel');
    await editor.user.click(screen.getByText('Add step'));
    await editor.choose('Counted', 'Once');
    expect(parsed(editor)).toMatchObject({
      funnel: { steps: [{ name: 'Step 1' }, { name: 'Step 2' }, { name: 'Step 3' }], counting: 'unique' },
    });
    await editor.choose('Journeys', 'Visits');
    expect(editor.saved()['funnel']).toBeUndefined();
  });
});
