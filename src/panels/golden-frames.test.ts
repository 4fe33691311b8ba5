import { type DataFrame, dataFrameFromJSON, type DataFrameJSON } from '@grafana/data';
import { readFileSync } from 'fs';
import { join } from 'path';

import { timelineModel } from './customer-timeline/model';
import { heatmapModel } from './endpoint-heatmap/model';
import { errorsModel } from './error-breakdown/model';
import { funnelModel } from './journey-funnel/model';
import { pathsModel } from './journey-paths/model';
import { retentionModel } from './retention-cohorts/model';

/** Frames the companion answered with, as its own tests keep them. */
function framesOf(name: string): DataFrame[] {
  const text = readFileSync(join(process.cwd(), 'tests/data/frames', `${name}.json`), 'utf8');
  const answer = JSON.parse(text) as { results: Record<string, { frames: DataFrameJSON[] }> };
  return Object.values(answer.results).flatMap((result) => result.frames.map((frame) => dataFrameFromJSON(frame)));
}

function modelOf<T>(result: { model: T } | { missing: string }): T {
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

const columnOf = (frame: DataFrame, name: string): unknown[] => frame.fields.find((f) => f.name === name)?.values ?? [];
const sum = (values: Iterable<unknown>) => [...values].reduce((total: number, v) => total + (Number(v) || 0), 0);

describe('what the companion answers', () => {
  it.each([
    ['query-heatmap-table', 'time'],
    ['query-heatmap-table-hour_of_day', 'hour_of_day'],
    ['query-heatmap-table-key', 'category'],
    ['query-heatmap-table-latency', 'time'],
  ])('%s is a matrix over %s that has every cell of the frame', (name, kind) => {
    const [frame] = framesOf(name);
    const model = modelOf(heatmapModel([frame]));
    expect(model.x.kind).toBe(kind);
    expect(model.marker).toBeDefined();
    expect(model.frameRow.filter((row) => row >= 0)).toHaveLength(frame.length);
    expect(sum(model.values)).toBeCloseTo(sum(columnOf(frame, 'value')));
    expect(sum(model.n ?? [])).toBe(sum(columnOf(frame, 'n')));
  });

  it('buckets of latency that hold a request have their bounds', () => {
    const model = modelOf(heatmapModel(framesOf('query-heatmap-table-latency')));
    const filled = model.rows.filter((row) => row.total > 0);
    expect(filled.length).toBeGreaterThan(3);
    expect(filled.every((row) => row.bucket !== undefined && row.bucket.min < (row.bucket.max ?? 0))).toBe(true);
  });

  it('a heatmap asked for as time series has a row per series', () => {
    const frames = framesOf('query-heatmap-time_series');
    const model = modelOf(heatmapModel(frames));
    expect(model.rows).toHaveLength(frames.length);
    expect(model.x.kind).toBe('time');
  });

  it('traffic over time is drawable as a matrix', () => {
    expect(modelOf(heatmapModel(framesOf('query-traffic-time_series'))).rows.length).toBeGreaterThan(1);
  });

  it('a funnel has its steps, and its times beside them', () => {
    const model = modelOf(funnelModel([...framesOf('query-funnel-table'), ...framesOf('query-funnel-table-times')]));
    expect(model.hasSteps).toBe(true);
    expect(model.steps.map((s) => s.name)).toEqual(model.marker?.steps.map((s) => s.name));
    for (const [index, step] of model.steps.entries()) {
      if (index > 0) {
        expect(step.units + step.dropped + step.pending).toBe(model.steps[index - 1].units);
        expect(step.times?.length).toBeGreaterThan(0);
      }
    }
  });

  it('a funnel’s one number for alerts is not drawn as steps', () => {
    expect(funnelModel(framesOf('query-funnel-numeric'))).toHaveProperty('missing');
  });

  it.each(['query-retention-table', 'query-retention-table-shifted'])('%s has the means the companion took', (name) => {
    const { cohorts, mean, marker } = modelOf(retentionModel(framesOf(name)));
    expect(cohorts.map(({ start }) => start)).toEqual(marker?.cohorts);
    mean.forEach(({ rate, units, size, cohorts: complete }, column) => {
      expect(complete).toBe(cohorts.filter((cohort, row) => cohort.size > 0 && marker?.complete[row][column]).length);
      expect(rate).toEqual(size > 0 ? expect.closeTo(units / size, 9) : NaN);
    });
  });

  it('cohorts that compare have those of then, an hour earlier', () => {
    const { cohorts, compared, mean } = modelOf(retentionModel(framesOf('query-retention-table-shifted')));
    expect(compared).toBe(true);
    expect(cohorts.map(({ start, earlier }) => start - (earlier?.start ?? 0))).toEqual(cohorts.map(() => 3_600_000));
    expect(mean[1].earlierRate).toBeCloseTo(0.9394, 4);
  });

  it('a curve of retention has every column, and no cohorts', () => {
    const { cohorts, columns, mean } = modelOf(retentionModel(framesOf('query-retention-table-curve')));
    expect(cohorts).toEqual([]);
    expect(columns.map(({ label, short }) => [label, short])).toEqual([
      ['Hour 0', '0'],
      ['Hours 1–2', '1–2'],
    ]);
    expect(mean.map(({ units, size }) => [units, size])).toEqual([
      [87, 94],
      [34, 34],
    ]);
  });

  it('a timeline has every row in its session, none before the session begins', () => {
    const frames = framesOf('query-customers-table-timeline');
    const { sessions, counts, marker, missing } = modelOf(timelineModel(frames));
    const kinds = columnOf(frames[0], 'kind');
    const told = sessions.flatMap(({ events }) => events.filter(({ kind }) => kind !== 'journey'));
    expect(missing).toBe((marker?.total ?? 0) - frames[0].length);
    expect(told).toHaveLength(kinds.filter((kind) => kind === 'request' || kind === 'error').length);
    expect(counts).toMatchObject({ sessions: marker?.counts?.sessions, errors: marker?.counts?.errors });
    expect(sessions).toHaveLength(kinds.filter((kind) => kind === 'session').length);
    for (const { time, timeEnd, events, requests } of sessions) {
      expect(events.every((event) => event.time >= time && event.time <= timeEnd)).toBe(true);
      expect(events.filter(({ kind }) => kind !== 'journey').length).toBeLessThanOrEqual(requests);
    }
  });

  it('customers are not drawn as the timeline of one', () => {
    expect(timelineModel(framesOf('query-customers-table'))).toHaveProperty('missing');
  });

  it('a heatmap that compares has what every cell of the frame was', () => {
    const [frame] = framesOf('query-heatmap-table-shifted');
    const { earlier, frameRow } = modelOf(heatmapModel([frame]));
    expect(earlier?.timeShift).toBe('1h');
    const previous = columnOf(frame, 'previous');
    frameRow.forEach((row, cell) => {
      expect(earlier?.values[cell]).toBe(previous[row] ?? NaN);
    });
    expect(sum(earlier?.n ?? [])).toBe(sum(columnOf(frame, 'n_previous')));
  });

  it('ghost series are no rows of a heatmap, but what its rows are compared with', () => {
    const frames = framesOf('query-traffic-time_series-shifted');
    const { rows, earlier } = modelOf(heatmapModel(frames));
    expect(rows).toHaveLength(frames.length / 2);
    expect(rows.some(({ label }) => label.includes('earlier'))).toBe(false);
    expect(earlier?.timeShift).toBe('1h');
    const ghosts = frames.slice(frames.length / 2);
    expect(sum([...(earlier?.values ?? [])])).toBeCloseTo(
      sum(ghosts.flatMap((frame) => columnOf(frame, frame.fields[1].name)))
    );
  });

  it('a funnel that compares has its steps of then, and its times', () => {
    const { steps, earlier } = modelOf(
      funnelModel([...framesOf('query-funnel-table-shifted'), ...framesOf('query-funnel-table-times-shifted')])
    );
    expect(earlier).toEqual({ timeShift: '1h', significance: 0.05 });
    expect(steps.map((step) => step.earlier?.units)).toEqual([10, 0, 0]);
    const times = modelOf(funnelModel(framesOf('query-funnel-table-times-shifted')));
    expect(times.steps[1].times?.map((bucket) => bucket.earlier)).toEqual([1]);
    expect(times.steps[1].earlier?.medianMs).toBeCloseTo(1_456_832, -1);
  });

  it('errors that compare add up to what the marker says of then', () => {
    const { groups, earlierTotal, timeShift } = modelOf(errorsModel(framesOf('query-errors-table-shifted')));
    expect(timeShift).toBe('1h');
    expect(sum(groups.map((g) => g.earlier?.requests))).toBe(earlierTotal);
    for (const { trend, earlier } of groups) {
      expect(earlier?.trend).toHaveLength(trend?.length ?? NaN);
    }
  });

  it.each(['query-paths-table', 'query-paths-table-before'])(
    '%s has every node of the marker, and what comes in goes on',
    (name) => {
      const [frame] = framesOf(name);
      const { marker, nodes, links, before } = modelOf(pathsModel([frame]));
      expect(nodes).toHaveLength(marker?.nodes.length ?? NaN);
      expect(links).toHaveLength(frame.length);
      for (const { value, incoming, outgoing } of nodes) {
        const inwards = before ? outgoing : incoming;
        const onwards = before ? incoming : outgoing;
        expect(inwards.length === 0 ? value : sum(inwards.map((index) => links[index].value))).toBe(value);
        expect(onwards.length === 0 ? value : sum(onwards.map((index) => links[index].value))).toBe(value);
      }
    }
  );

  it('paths that compare have what each link was', () => {
    const [frame] = framesOf('query-paths-table-shifted');
    const { links, timeShift } = modelOf(pathsModel([frame]));
    expect(timeShift).toBe('1h');
    expect(links.map(({ earlier }) => earlier?.value)).toEqual(columnOf(frame, 'value_previous'));
  });

  it('one number of paths for alerts is not drawn as links', () => {
    expect(pathsModel(framesOf('query-paths-numeric'))).toHaveProperty('missing');
  });

  it('errors add up to what the marker says', () => {
    const model = modelOf(errorsModel(framesOf('query-errors-table')));
    expect(sum(model.groups.map((g) => g.requests))).toBe(model.marker?.errors);
    expect(model.groups.filter((g) => g.other)).toHaveLength(1);
    for (const group of model.groups) {
      expect(sum(group.trend ?? [])).toBe(group.requests);
      expect(group.trend).toHaveLength(model.trendTimes?.length ?? NaN);
      expect(group.firstSeen).toBeLessThanOrEqual(group.lastSeen);
    }
  });
});
