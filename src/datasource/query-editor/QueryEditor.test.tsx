import { screen, within } from '@testing-library/react';
import { QUERY_SCHEMAS } from '@apitrail/contract';

import { QUERY_TYPE_FORMS } from './forms';
import { hostEditor } from './testing';

describe('query types', () => {
  it('has a form for every type of the contract', () => {
    expect(Object.keys(QUERY_TYPE_FORMS)).toEqual(Object.keys(QUERY_SCHEMAS));
  });

  it.each(Object.values(QUERY_TYPE_FORMS))(
    'starts a query of type $type that can run',
    async ({ type, label, initial }) => {
      await hostEditor({ queryType: type, version: 1, ...initial });
      expect(screen.getByLabelText('Query type')).toHaveValue(label);
      expect(screen.queryByText(/cannot run yet/)).not.toBeInTheDocument();
    }
  );

  it('keeps what both types have when the type changes, and drops the rest', async () => {
    const editor = await hostEditor({
      queryType: 'traffic',
      metrics: ['p95'],
      limit: 5,
      dataset: 'gateway',
      filters: [{ key: 'method', operator: '=', value: 'GET' }],
    });
    await editor.choose('Query type', 'Errors');
    expect(editor.saved()).toEqual({
      refId: 'A',
      version: 1,
      queryType: 'errors',
      groupBy: ['error_group'],
      dataset: 'gateway',
      filters: [{ key: 'method', operator: '=', value: 'GET' }],
    });
    expect(editor.runs()).toBe(1);
  });

  it('shows a query of another data source as traffic', async () => {
    await hostEditor({ queryType: 'range', expr: 'up' });
    expect(screen.getByLabelText('Query type')).toHaveValue('Traffic');
    expect(screen.queryByText(/cannot run yet/)).not.toBeInTheDocument();
  });
});

describe('running', () => {
  it('runs on Ctrl-Enter from anywhere', async () => {
    const editor = await hostEditor({ queryType: 'traffic' });
    screen.getByLabelText('Groups').focus();
    await editor.user.keyboard('{Control>}{Enter}{/Control}');
    expect(editor.runs()).toBe(1);
  });

  it('runs once for a choice, and not at all for what is chosen already', async () => {
    const editor = await hostEditor({
      queryType: 'traffic',
      metrics: ['requests'],
      filters: [{ key: 'route', operator: '=', value: '/a' }],
    });
    await editor.choose('Top groups by', 'Errors');
    expect(editor.runs()).toBe(1);
    await editor.choose('Format', 'Time series');
    expect(editor.runs()).toBe(1);
    expect(editor.saved()).not.toHaveProperty('format');
  });

  it('does not run while a number is typed, but when the field is left', async () => {
    const editor = await hostEditor({ queryType: 'traffic' });
    await editor.user.type(screen.getByLabelText('Groups'), '25');
    expect(editor.runs()).toBe(0);
    await editor.user.tab();
    expect(editor.runs()).toBe(1);
    expect(editor.saved()).toMatchObject({ limit: 25 });
  });

  it('runs once for Ctrl-Enter in a field that was typed in', async () => {
    const editor = await hostEditor({ queryType: 'traffic' });
    await editor.user.type(screen.getByLabelText('Groups'), '25{Control>}{Enter}{/Control}');
    expect(editor.runs()).toBe(1);
    expect(editor.saved()).toMatchObject({ limit: 25 });
  });

  it('does not run when a field is left that was not changed', async () => {
    const editor = await hostEditor({ queryType: 'traffic', limit: 25 });
    await editor.user.click(screen.getByLabelText('Groups'));
    await editor.user.tab();
    expect(editor.runs()).toBe(0);
  });

  it('takes an emptied field out of the query', async () => {
    const editor = await hostEditor({ queryType: 'traffic', limit: 25 });
    await editor.user.clear(screen.getByLabelText('Groups'));
    await editor.user.tab();
    expect(editor.saved()).not.toHaveProperty('limit');
  });
});

describe('problems', () => {
  it('says beside the field what is wrong with it', async () => {
    await hostEditor({ queryType: 'traffic', interval: 'soon' });
    const problems = [...document.querySelectorAll('[role="alert"]')].map((alert) => alert.textContent);
    expect(problems).toEqual([expect.stringContaining('must be a duration')]);
    expect(screen.getByLabelText('Interval')).toBeInvalid();
    expect(screen.getByLabelText('Groups')).toBeValid();
  });

  it('looks at what variables resolve to', async () => {
    await hostEditor({ queryType: 'traffic', interval: '$width' }, { variables: { width: { value: '5m' } } });
    expect(screen.queryByText(/cannot run yet/)).not.toBeInTheDocument();
  });

  it('names a variable that does not exist', async () => {
    await hostEditor({ queryType: 'traffic', interval: '$width' });
    expect(screen.getByText(/cannot run yet/)).toHaveTextContent('$width');
  });
});

describe('preview', () => {
  it('shows and copies what will run, with variables resolved', async () => {
    const editor = await hostEditor(
      { queryType: 'values', keyName: 'route', filters: [{ key: 'service', operator: '=', value: '$service' }] },
      { variables: { service: { value: ['cart', 'checkout'], multi: true } } }
    );
    await editor.user.click(screen.getByText('What will run'));
    const preview = screen.getByLabelText('Query as it will run');
    expect(JSON.parse(preview.textContent ?? '')).toEqual({
      refId: 'A',
      queryType: 'values',
      key: 'route',
      filters: [{ key: 'service', operator: '=|', values: ['cart', 'checkout'] }],
    });
    expect(within(preview.parentElement!).getByText('Copy')).toBeInTheDocument();
  });
});
