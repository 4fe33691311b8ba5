import { fireEvent, screen, waitFor } from '@testing-library/react';

import { hostEditor } from '../testing';

/** The text area: jsdom cannot draw Monaco, so it is what stays. */
const area = () => screen.getByLabelText<HTMLTextAreaElement>('SQL', { selector: 'textarea' });
const mode = (name: string) => screen.getByLabelText(name, { selector: 'input[type="radio"]' });
const sql = (text: string) => ({ queryType: 'sql', sql: text });
const failed = (message: string) => ({ data: { errors: [{ refId: 'A', message }] } });

describe('the editor of SQL', () => {
  it('runs what was typed on Ctrl-Enter, once', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    await editor.user.type(area(), '0{Control>}{Enter}{/Control}');
    expect(editor.saved()).toMatchObject({ sql: 'SELECT 10' });
    expect(editor.runs()).toBe(1);
  });

  it('runs on Ctrl-Enter what was not changed', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    area().focus();
    await editor.user.keyboard('{Control>}{Enter}{/Control}');
    expect(editor.runs()).toBe(1);
  });

  it('breaks the line on Enter', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    await editor.user.type(area(), '{Enter}FROM requests');
    expect(area()).toHaveValue('SELECT 1\nFROM requests');
    expect(editor.runs()).toBe(0);
  });

  it('runs by its button, once for what was typed', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    await editor.user.type(area(), '0');
    await editor.user.click(screen.getByText('Run query'));
    expect(editor.runs()).toBe(1);
    await editor.user.click(screen.getByText('Run query'));
    expect(editor.runs()).toBe(2);
    expect(editor.saved()).toMatchObject({ sql: 'SELECT 10' });
  });

  it('runs when it is left', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    await editor.user.type(area(), '0');
    await editor.user.tab();
    expect(editor.runs()).toBe(1);
  });

  it('lays the text out without running it', async () => {
    const editor = await hostEditor(sql('select 1 from requests where $__timeFilter(time)'));
    await editor.user.click(screen.getByText('Format SQL'));
    await waitFor(() => expect(area()).toHaveValue('SELECT\n  1\nFROM\n  requests\nWHERE\n  $__timeFilter(time)'));
    expect(editor.runs()).toBe(0);
  });

  it('says why a text cannot be laid out, and leaves it', async () => {
    const editor = await hostEditor(sql('SELECT (1'));
    await editor.user.click(screen.getByText('Format SQL'));
    expect(await screen.findByText(/cannot be laid out/)).toBeInTheDocument();
    expect(area()).toHaveValue('SELECT (1');
  });

  it('says which keys there are', async () => {
    await hostEditor(sql('SELECT 1'));
    expect(area()).toHaveAccessibleDescription(/Ctrl-Enter runs/);
  });
});

describe('an answer that failed', () => {
  const message = 'There is no column statu, line 2, column 3. [APITRAIL_SQL_ERROR]';

  it('is shown with a way to its place', async () => {
    const editor = await hostEditor(sql('SELECT\n  statu\nFROM requests'), failed(message));
    expect(screen.getByText(/There is no column statu/)).toBeInTheDocument();
    expect(area()).toBeInvalid();
    await editor.user.click(screen.getByText('Go to line 2'));
    expect(area()).toHaveFocus();
    expect(area().selectionStart).toBe(9);
  });

  it('is no longer shown when the text was changed', async () => {
    await hostEditor(sql('SELECT statu'), failed(message));
    fireEvent.change(area(), { target: { value: 'SELECT status' } });
    expect(screen.queryByText(/There is no column/)).not.toBeInTheDocument();
    expect(area()).toBeValid();
  });

  it('of another query is not shown', async () => {
    await hostEditor(sql('SELECT 1'), { data: { errors: [{ refId: 'B', message }] } });
    expect(screen.queryByText(/There is no column/)).not.toBeInTheDocument();
  });
});

describe('the switch', () => {
  const builder = { queryType: 'traffic', version: 1, metrics: ['p95'], groupBy: ['service'], interval: '5m' };

  it('writes a builder query as SQL, and brings it back', async () => {
    const editor = await hostEditor(builder);
    await editor.user.click(mode('SQL'));
    expect(area().value).toContain("$__timeGroup(time, '5m') AS time");
    expect(editor.saved()).toMatchObject({ queryType: 'sql', format: 'time_series', interval: '5m' });
    await editor.user.click(mode('Builder'));
    expect(editor.saved()).toMatchObject(builder);
    expect(editor.runs()).toBe(2);
  });

  it('brings edited SQL back', async () => {
    const editor = await hostEditor(builder);
    await editor.user.click(mode('SQL'));
    fireEvent.change(area(), { target: { value: 'SELECT 1' } });
    fireEvent.blur(area());
    await editor.user.click(mode('Builder'));
    await editor.user.click(mode('SQL'));
    expect(area()).toHaveValue('SELECT 1');
  });

  it('asks before edited SQL is written anew', async () => {
    const edited = { ...builder, editor: { sql: sql('SELECT 1'), generated: 'SELECT 0' } };
    const editor = await hostEditor(edited);
    await editor.user.click(mode('SQL'));
    expect(editor.saved()).toMatchObject({ queryType: 'traffic' });
    await editor.user.click(screen.getByText('Keep my SQL'));
    expect(area()).toHaveValue('SELECT 1');
  });

  it('discards edited SQL only when told to', async () => {
    const edited = { ...builder, editor: { sql: sql('SELECT 1'), generated: 'SELECT 0' } };
    const editor = await hostEditor(edited);
    await editor.user.click(mode('SQL'));
    await editor.user.click(screen.getByText('Discard mine, write anew'));
    expect(area().value).toContain('quantile_cont(duration_ms, 0.95) AS p95');
  });

  it('keeps edited SQL when the type is chosen instead', async () => {
    const editor = await hostEditor(sql('SELECT 1'));
    await editor.choose('Query type', 'Errors');
    expect(editor.saved()).toMatchObject({ queryType: 'errors', editor: { sql: { sql: 'SELECT 1' } } });
    await editor.choose('Query type', 'Values');
    expect(editor.saved()).toMatchObject({ queryType: 'values', editor: { sql: { sql: 'SELECT 1' } } });
  });

  it('brings the builder query back when its type is chosen after another', async () => {
    const editor = await hostEditor(builder);
    await editor.user.click(mode('SQL'));
    await editor.choose('Query type', 'Errors');
    expect(editor.saved()).toMatchObject({ queryType: 'errors' });
    await editor.choose('Query type', 'Traffic');
    expect(editor.saved()).toMatchObject(builder);
  });

  it('keeps variables in the SQL', async () => {
    const filters = [{ key: 'service', operator: '=', value: '$service' }];
    const editor = await hostEditor({ ...builder, filters }, { variables: { service: { value: 'a' } } });
    await editor.user.click(mode('SQL'));
    expect(area().value).toContain('service IN (${service:sqlstring})');
  });

  it('says what stands in the way', async () => {
    const editor = await hostEditor({ ...builder, metrics: ['$metric'] }, { variables: { metric: { value: 'p95' } } });
    await editor.user.click(mode('SQL'));
    expect(screen.getByText(/\$metric is not a metric/)).toBeInTheDocument();
    expect(editor.saved()).toMatchObject({ queryType: 'traffic' });
  });

  it('is not asked of the companion', async () => {
    const editor = await hostEditor(builder);
    await editor.user.click(mode('SQL'));
    await editor.user.click(screen.getByText('What will run'));
    expect(JSON.parse(screen.getByLabelText('Query as it will run').textContent!)).not.toHaveProperty('editor');
  });
});
