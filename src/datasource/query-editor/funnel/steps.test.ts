import { inserted, newStep, pickedSteps, stepOf, withRoutes } from './steps';

const see = stepOf({ method: 'GET', route: '/a' });
const buy = stepOf({ method: 'POST', route: '/b' });
const pay = stepOf({ method: 'POST', route: '/c' });

describe('the name of a step', () => {
  it('is its request', () => {
    expect(withRoutes(newStep(0), [{ method: 'GET', route: '/a' }])).toMatchObject({ name: 'GET /a' });
  });

  it('goes with the request', () => {
    expect(withRoutes(see, [{ route: '/z' }])).toMatchObject({ name: '/z' });
  });

  it('stays when a person gave it', () => {
    expect(withRoutes({ ...see, name: 'Look' }, [{ route: '/z' }])).toMatchObject({ name: 'Look' });
  });

  it('is never taken away', () => {
    expect(withRoutes(see, [])).toMatchObject({ name: 'GET /a', filters: [] });
  });
});

it('keeps other conditions when the request changes', () => {
  const status = { key: 'status', operator: '=' as const, value: '200' };
  const step = { ...see, filters: [...(see.filters as []), status] };
  expect(withRoutes(step, [{ route: '/z' }]).filters).toEqual([{ key: 'route', operator: '=', value: '/z' }, status]);
});

describe('a step that is put in', () => {
  it('goes between two', () => {
    expect(inserted([see, pay], 1, buy)).toEqual([see, buy, pay]);
  });

  it('goes before the first', () => {
    expect(inserted([buy, pay], 0, see)).toEqual([see, buy, pay]);
  });

  it('goes after the last', () => {
    expect(inserted([see, buy], 2, pay)).toEqual([see, buy, pay]);
  });

  it('takes the place of one that says nothing yet', () => {
    expect(inserted([see, newStep(1)], 1, buy)).toEqual([see, buy]);
    expect(inserted([see, newStep(1), newStep(2)], pickedSteps([see, newStep(1), newStep(2)]), buy)).toEqual([
      see,
      buy,
      newStep(2),
    ]);
  });
});
