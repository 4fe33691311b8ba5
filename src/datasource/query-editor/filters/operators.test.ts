import { operatorOptions, withKey } from './operators';

it('offers every operator for keys of the record, and those of names for saved cohorts', () => {
  expect(operatorOptions('status')).toHaveLength(12);
  expect(operatorOptions('cohort').map(({ value }) => value)).toEqual(['=', '!=', '=|', '!=|']);
});

it('keeps the operator where the other key takes it', () => {
  const filter = { key: 'status', operator: '=|' as const, values: ['500'] };
  expect(withKey(filter, 'cohort')).toEqual({ ...filter, key: 'cohort' });
  expect(withKey({ key: 'status', operator: '>=', value: '500' }, 'cohort')).toEqual({
    key: 'cohort',
    operator: '=',
    value: '500',
  });
});
