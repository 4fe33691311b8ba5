import { type DataFrame } from '@grafana/data';
import { type RetentionMarker } from '@apitrail/contract';

import { frameOf, HOUR, number, START, time, WEEK_EARLIER } from './frames';

export const DAY = 24 * HOUR;

/** A marker of three days, of which the last is not over. */
export function retentionMarker(changes: Partial<RetentionMarker> = {}): RetentionMarker {
  return {
    queryType: 'retention',
    dataset: 'requests',
    from: START,
    to: START + 3 * DAY,
    filters: [{ key: 'environment', operator: '=', value: 'prod' }],
    view: 'cohorts',
    unit: 'customer',
    identity: 'session',
    start: [{ key: 'route', operator: '=', value: '/signup' }],
    return: [],
    interval: 'day',
    mode: 'on',
    alignment: 'calendar',
    starts: 'every',
    metric: 'rate',
    timezone: 'UTC',
    columns: [0, 1, 2].map((day) => ({ name: `day_${day}`, label: `Day ${day}`, from: day, to: day + 1 })),
    cohorts: [START, START + DAY, START + 2 * DAY],
    sizes: [100, 300, 50],
    complete: [
      [true, true, true],
      [true, true, false],
      [true, false, false],
    ],
    mean: [0.8, 0.35, 0.25],
    rowsWithoutUnit: 0,
    ...changes,
  };
}

/** Cohorts of 100, 300 and 50: of the first 80 %, half and a quarter came back. */
export function retentionFrame(marker = retentionMarker()): DataFrame {
  return frameOf(
    [
      time('cohort', marker.cohorts),
      number('size', marker.sizes),
      number('day_0', [0.8, 0.8, 0.8], 'percentunit'),
      number('day_1', [0.5, 0.3, 0.1], 'percentunit'),
      number('day_2', [0.25, 0.2, null], 'percentunit'),
    ],
    marker
  );
}

/** The cohorts of `retentionFrame` and those of a week earlier, when 20 % came back the next day. */
export function comparedRetentionFrames(): DataFrame[] {
  const own = retentionMarker({ comparison: WEEK_EARLIER });
  const earlier = {
    cohorts: own.cohorts.map((start) => start + WEEK_EARLIER.diffMs),
    sizes: [200, 100, 40],
    complete: own.complete,
    mean: [0.7, 0.2, 0.1],
  };
  const marker = { ...own, earlier };
  const then = frameOf(
    [
      time('cohort', earlier.cohorts),
      number('size', earlier.sizes),
      number('day_0', [0.7, 0.7, 0.7], 'percentunit'),
      number('day_1', [0.2, 0.2, 0.2], 'percentunit'),
      number('day_2', [0.1, 0.1, null], 'percentunit'),
    ],
    { ...marker, shift: '1w' }
  );
  return [retentionFrame(marker), then];
}

/** The mean of the same as a curve, beside that of a week earlier. */
export function retentionCurveFrame(): DataFrame {
  const marker = retentionMarker({ view: 'curve', comparison: WEEK_EARLIER });
  return frameOf(
    [
      number('interval', [0, 1, 2]),
      number('rate', [0.8, 0.35, 0.25], 'percentunit'),
      number('rate_previous', [0.7, 0.2, null], 'percentunit'),
      number('units', [360, 140, 25]),
      number('size', [450, 400, 100]),
      number('cohorts', [3, 2, 1]),
    ],
    marker
  );
}
