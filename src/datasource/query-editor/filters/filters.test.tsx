import { screen } from '@testing-library/react';

import { hostEditor } from '../testing';

const traffic = (filters?: unknown) => ({ queryType: 'traffic', ...(filters ? { filters } : {}) });

it('adds a filter whose key and value are chosen from what the companion has', async () => {
  const editor = await hostEditor(traffic());
  await editor.user.click(screen.getByLabelText('Add filter'));
  expect(screen.queryByText(/cannot run yet/)).not.toBeInTheDocument();
  await editor.choose('Filter 1 key', 'route');
  await editor.choose('Filter 1 value', '/api/products');
  expect(editor.saved().filters).toEqual([{ key: 'route', operator: '=', value: '/api/products' }]);
  const lookups = editor.asked.filter(({ url }) => url.endsWith('/values'));
  expect(lookups[0].data).toMatchObject({ key: 'route', limit: 100 });
});

it('takes a key and a value that nobody suggested', async () => {
  const editor = await hostEditor(traffic([{ key: '', operator: '=', value: '' }]));
  await editor.enter('Filter 1 key', 'attributes.region');
  await editor.enter('Filter 1 value', 'eu-west');
  expect(editor.saved().filters).toEqual([{ key: 'attributes.region', operator: '=', value: 'eu-west' }]);
});

it('offers dashboard variables before values', async () => {
  const editor = await hostEditor(traffic([{ key: 'service', operator: '=', value: '' }]), {
    variables: { service: { value: 'cart' } },
  });
  await editor.choose('Filter 1 value', '$service');
  expect(editor.saved().filters).toEqual([{ key: 'service', operator: '=', value: '$service' }]);
});

it('still lets a value be typed when the companion does not answer', async () => {
  const editor = await hostEditor(traffic([{ key: 'route', operator: '=', value: '' }]), {
    respond: () => new Error('The companion does not answer.'),
  });
  await editor.enter('Filter 1 value', '/api/cart');
  expect(editor.saved().filters).toEqual([{ key: 'route', operator: '=', value: '/api/cart' }]);
});

it('keeps the values when the operator takes them, and drops them when it does not', async () => {
  const editor = await hostEditor(traffic([{ key: 'route', operator: '=', value: '/a' }]));
  await editor.choose('Filter 1 operator', '=|');
  expect(editor.saved().filters).toEqual([{ key: 'route', operator: '=|', values: ['/a'] }]);
  await editor.choose('Filter 1 operator', 'exists');
  expect(editor.saved().filters).toEqual([{ key: 'route', operator: 'exists' }]);
});

it('chooses several values', async () => {
  const editor = await hostEditor(traffic([{ key: 'route', operator: '=|', values: ['/api/checkout'] }]));
  await editor.choose('Filter 1 values', '/api/products');
  expect(editor.saved().filters).toEqual([
    { key: 'route', operator: '=|', values: ['/api/checkout', '/api/products'] },
  ]);
});

it('removes the last filter, and with it the field', async () => {
  const editor = await hostEditor(traffic([{ key: 'route', operator: '=', value: '/a' }]));
  await editor.user.click(screen.getByLabelText('Remove filter 1'));
  expect(editor.saved()).not.toHaveProperty('filters');
});

it('builds a group of which any holds, and turns it into one of which all hold', async () => {
  const editor = await hostEditor(traffic());
  await editor.user.click(screen.getByLabelText('Add filter group'));
  await editor.enter('Filter 1 1 key', 'status');
  await editor.enter('Filter 1 1 value', '500');
  await editor.choose('Filter 1 holds when', 'all of');
  expect(editor.saved().filters).toEqual([{ all: [{ key: 'status', operator: '=', value: '500' }] }]);
});

it('marks a filter whose key does not exist', async () => {
  await hostEditor(traffic([{ key: 'colour', operator: '=', value: 'red' }]));
  expect(screen.getByText(/cannot run yet/)).toHaveTextContent('filters[0]');
  expect(document.querySelector('[role="alert"]')).toHaveTextContent(/colour|not a key/);
});
