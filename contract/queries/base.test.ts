import { parseDuration } from '../duration';
import { durationSchema, isTimeZone } from './base';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
    ['2w', 1_209_600_000],
  ])('%s is %d milliseconds', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
    expect(durationSchema.parse(text)).toBe(text);
  });

  it.each(['', '5', 'm', '1.5h', '-1m', '1 h', '1M', '1y', '1h30m', '0x1s'])('%p is none', (text) => {
    expect(parseDuration(text)).toBeNaN();
    expect(durationSchema.safeParse(text).success).toBe(false);
  });

  it('of nothing cannot be a width', () => {
    expect(durationSchema.safeParse('0s').success).toBe(false);
  });

  it('longer than a hundred years is refused, however many digits it has', () => {
    expect(durationSchema.safeParse('36525d').success).toBe(true);
    expect(durationSchema.safeParse('36526d').success).toBe(false);
    expect(durationSchema.safeParse(`${'9'.repeat(400)}d`).success).toBe(false);
  });
});

describe('time zones', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Buenos_Aires', 'Etc/GMT+5', 'Asia/Kathmandu'])(
    '%s is one',
    (name) => {
      expect(isTimeZone(name)).toBe(true);
    }
  );

  it.each(['', 'browser', 'utc+2', '+02:00', 'Europe/Nowhere', "UTC'; DROP TABLE requests; --"])(
    '%p is none',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    }
  );
});
