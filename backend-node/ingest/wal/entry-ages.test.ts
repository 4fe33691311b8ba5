import { EntryAges } from './entry-ages';

it('says how old the oldest entry above a number is, whatever came before it', () => {
  let now = 0;
  const ages = new EntryAges(() => now);
  ages.note(3);
  now = 3_600_000;
  ages.forget(3);
  expect(ages.above(3)).toBeUndefined();
  ages.note(4);
  now += 5000;
  ages.note(5);
  now += 1000;
  expect([ages.above(3), ages.above(4), ages.above(5)]).toEqual([6, 1, undefined]);
});

it('takes the age of entries of an earlier process from whoever knows it', () => {
  let now = 10_000;
  const ages = new EntryAges(() => now);
  ages.note(1, 60_000);
  ages.note(2, -5000);
  now = 11_000;
  expect([ages.above(0), ages.above(1)]).toEqual([61, 1]);
});

it('notes what comes in together together', () => {
  let now = 0;
  const ages = new EntryAges(() => now);
  for (let seq = 1; seq <= 10_000; seq++) {
    now = seq / 100;
    ages.note(seq);
  }
  expect((ages as unknown as { slots: unknown[] }).slots).toHaveLength(1);
  expect(ages.above(9999)).toBe(0.09999);
});
