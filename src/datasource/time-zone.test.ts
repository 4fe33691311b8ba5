import { resolveTimeZone } from './time-zone';

it.each([
  [undefined, undefined],
  ['', undefined],
  ['utc', 'UTC'],
  ['Europe/Berlin', 'Europe/Berlin'],
  ['browser', 'UTC'],
])('reads %p as %p', (given, name) => {
  expect(resolveTimeZone(given)).toBe(name);
});
