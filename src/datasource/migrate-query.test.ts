import { migrateQuery } from './migrate-query';
import type { ApitrailQuery } from './types';

const saved = (fields: object) => ({ refId: 'A', queryType: 'traffic', ...fields }) as unknown as ApitrailQuery;
const steps = {
  1: (query: Record<string, unknown>) => ({ ...query, second: true }),
  2: (query: Record<string, unknown>) => ({ ...query, third: true }),
};

it('takes every step from the version it was saved as', () => {
  expect(migrateQuery(saved({}), steps, 3)).toMatchObject({ version: 3, second: true, third: true });
  expect(migrateQuery(saved({ version: 2 }), steps, 3)).toEqual(saved({ version: 3, third: true }));
});

it('leaves a query of the current version, and of a newer one, as it is', () => {
  expect(migrateQuery(saved({ version: 3 }), steps, 3)).toEqual(saved({ version: 3 }));
  expect(migrateQuery(saved({ version: 9 }), steps, 3)).toEqual(saved({ version: 9 }));
});

it('has nothing to do for the first version', () => {
  expect(migrateQuery(saved({}))).toEqual(saved({}));
});
