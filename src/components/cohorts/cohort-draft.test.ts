import { type FunnelMarker, parseCohort } from '@apitrail/contract';

import { type DrillTarget } from '../drill-down';
import { saveAsCohort, whoBecame, whoMade } from './cohort-draft';

const ofShop = { key: 'service', operator: '=' as const, value: 'shop' };
const target: DrillTarget = { datasource: { uid: 'lake' }, filters: [ofShop] };
const about = { title: 'Paid', description: 'Who paid', range: { from: 0, to: 1 } };
const marker = {
  ...{ queryType: 'funnel', dataset: 'requests', view: 'steps', from: 0, to: 1, filters: [], rowsWithoutUnit: 0 },
  ...{ unit: 'session', window: 1_800_000, order: 'ordered', successOnly: true },
  steps: ['Cart', 'Payment'].map((name) => ({ name, filters: [], optional: undefined })),
} as FunnelMarker;

it('is offered to whoever may save, of our data', () => {
  const definition = whoMade([]);
  expect(saveAsCohort(undefined, { ...about, target, definition })).toBeUndefined();
  expect(saveAsCohort(() => undefined, { ...about, target: undefined, definition })).toBeUndefined();
});

it('has the filters of the panel, each once, before those of the mark', () => {
  const save = jest.fn();
  const failed = { key: 'status', operator: '=' as const, value: '500' };
  saveAsCohort(save, { ...about, target, definition: whoMade([ofShop, failed]) })?.run({} as never);
  expect(save.mock.calls[0][0].definition.filters).toEqual([ofShop, failed]);
});

it('says why filters cannot tell who is meant', () => {
  expect(saveAsCohort(jest.fn(), { ...about, target, definition: whoMade(undefined) })?.disabled).toMatch(/Too many/);
});

it('is a cohort that the companion takes, of the funnel as it was asked', () => {
  const definition = whoBecame(marker, { step: 2, outcome: 'dropped', reason: 'failed' });
  const sent = JSON.parse(JSON.stringify(definition)) as object;
  expect(parseCohort(sent, 'stopped')).toMatchObject({
    unit: 'session',
    funnel: { window: '30m', step: 2, outcome: 'dropped', reason: 'failed', counting: 'unique', successOnly: true },
  });
});
