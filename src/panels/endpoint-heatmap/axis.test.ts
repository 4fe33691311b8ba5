import { heatmapFrame, heatmapMarker, HOUR, START } from '../../test-utils/frames';
import { columnTicks } from './axis';
import { layoutOf } from './layout';
import { heatmapModel } from './model';

const measure = (text: string) => text.length * 6;

function ticksOf(width: number, marker = heatmapMarker(), timeZone = 'utc') {
  const result = heatmapModel([heatmapFrame([[0, 0, 1]], marker)]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  const { model } = result;
  const size = { rows: 2, columns: model.columns.length, labelWidth: 0, rowHeight: 20, gap: 0, continuousRows: false };
  return columnTicks(model, layoutOf({ width, height: 100, ...size }), timeZone, measure);
}

const times = (from: number, step: number, count: number) =>
  heatmapMarker({
    from,
    to: from + step * count,
    interval: step,
    columns: Array.from({ length: count }, (_, i) => from + i * step),
  });

describe('columnTicks', () => {
  it('names round times, and the date at midnight', () => {
    expect(ticksOf(800, times(START, HOUR, 24)).map((t) => t.text)).toEqual([
      '11-22',
      '03:00',
      '06:00',
      '09:00',
      '12:00',
      '15:00',
      '18:00',
      '21:00',
    ]);
  });

  it('names round times also when columns do not begin at them', () => {
    const ticks = ticksOf(600, times(START + 7 * 60_000, 25 * 60_000, 24));
    expect(ticks.map((t) => t.text)).toEqual(['02:00', '04:00', '06:00', '08:00', '10:00']);
    expect(ticks[0].x + ticks[0].width / 2).toBeCloseTo((600 * (120 - 7)) / 600, 0);
  });

  it('begins days where the zone does', () => {
    const ticks = ticksOf(500, times(START, 24 * HOUR, 5), 'Europe/Berlin');
    expect(ticks.map((t) => t.text)).toEqual(['11-23', '11-24', '11-25', '11-26', '11-27']);
  });

  it('stays in step with the clock through a change of daylight saving time', () => {
    const ticks = ticksOf(700, times(Date.UTC(2026, 9, 24, 22), HOUR, 49), 'Europe/Berlin');
    expect(ticks.map((t) => t.text)).toEqual(expect.arrayContaining(['10-25', '10-26']));
    expect(ticks.every((t) => /^(\d\d-\d\d|(00|06|12|18):00)$/.test(t.text))).toBe(true);
  });

  it('lets no two labels touch', () => {
    for (const width of [120, 320, 777, 1900]) {
      const ticks = ticksOf(width, times(START, HOUR / 4, 96));
      expect(ticks.length).toBeGreaterThan(0);
      ticks.slice(1).forEach((tick, i) => expect(tick.x).toBeGreaterThan(ticks[i].x + ticks[i].width));
    }
  });

  it('names every third hour of the day when there is no room for all', () => {
    const marker = heatmapMarker({ x: 'hour_of_day', columns: Array.from({ length: 24 }, (_, i) => i) });
    expect(ticksOf(250, marker).map((t) => t.text)).toEqual(['00', '03', '06', '09', '12', '15', '18', '21']);
  });

  it('names days of the week and other columns', () => {
    const days = heatmapMarker({ x: 'day_of_week', columns: [1, 2, 3, 4, 5, 6, 7] });
    expect(ticksOf(700, days).map((t) => t.text)).toEqual(['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']);
    const classes = heatmapMarker({ x: 'status_class', columns: ['2xx', '', '5xx'] });
    expect(ticksOf(700, classes).map((t) => t.text)).toEqual(['2xx', '(none)', '5xx']);
  });
});
