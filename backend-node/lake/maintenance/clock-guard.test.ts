import { temporaryFolder } from '../testing/temporary-lake';
import { ClockGuard, HOLD_MS, judgeClock, type ClockMark } from './clock-guard';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const start: ClockMark = { wall: Date.UTC(2026, 10, 1), boot: 'a', uptime: 5 * DAY, hold: 0 };
/** Some time later, with the clock set by so much meanwhile. */
const later = (mark: ClockMark, steady: number, set = 0) =>
  judgeClock(mark, { wall: mark.wall + steady + set, boot: mark.boot, uptime: mark.uptime + steady });
const rebooted = (mark: ClockMark, passed: number) =>
  judgeClock(mark, { wall: mark.wall + passed, boot: 'b', uptime: 60_000 });

test('a clock that goes steadily is believed, however long nobody looked', () => {
  expect(later(start, 60_000).hold).toBe(0);
  expect(later(start, 30 * DAY).hold).toBe(0);
  expect(later(start, HOUR, 60_000).hold).toBe(0);
});

test.each([365 * DAY, DAY, HOUR, -HOUR])(
  'a clock set by %d ms is not believed until a day has passed steadily',
  (set) => {
    let mark = later(start, 60_000, set);
    expect(mark.hold).toBe(HOLD_MS);
    mark = later(mark, 23 * HOUR);
    expect(mark.hold).toBe(HOUR);
    expect(later(mark, HOUR).hold).toBe(0);
  }
);

test('a clock that is set once more is doubted anew', () => {
  const mark = later(later(start, 60_000, 365 * DAY), 20 * HOUR);
  expect(later(mark, 60_000, -365 * DAY).hold).toBe(HOLD_MS);
});

test('over a boot a short pause is believed, a long one and one into the past are not', () => {
  expect(rebooted(start, 8 * HOUR).hold).toBe(0);
  expect(rebooted(start, 3 * DAY).hold).toBe(HOLD_MS);
  expect(rebooted(start, -DAY).hold).toBe(HOLD_MS);
});

test('what was doubted is doubted still after a boot', () => {
  expect(rebooted(later(start, 60_000, DAY), HOUR).hold).toBe(HOLD_MS);
});

test('a clock that nobody saw before is held against the lake', () => {
  const now = { wall: start.wall, boot: 'a', uptime: 1 };
  expect(judgeClock(undefined, now).hold).toBe(0);
  expect(judgeClock(undefined, now, start.wall - HOUR).hold).toBe(0);
  expect(judgeClock(undefined, now, start.wall - 400 * DAY).hold).toBe(HOLD_MS);
});

test('it remembers over restarts what it saw', async () => {
  const folder = await temporaryFolder();
  try {
    const clock = jest.spyOn(Date, 'now');
    const real = Date.now();
    clock.mockReturnValue(real);
    expect((await new ClockGuard(folder.path).look()).hold).toBe(0);
    clock.mockReturnValue(real + 400 * DAY);
    expect((await new ClockGuard(folder.path).peek()).hold).toBe(HOLD_MS);
    clock.mockRestore();
    expect((await new ClockGuard(folder.path).look()).hold).toBe(0);
  } finally {
    await folder.remove();
  }
});
