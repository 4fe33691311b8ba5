import { type DataFrame, dataFrameFromJSON, type DataFrameJSON, createTheme } from '@grafana/data';
import { readFileSync } from 'fs';
import { join } from 'path';

import { withGhosts } from './ghost-series';

const { palette } = createTheme().visualization;

function shifted(): DataFrame[] {
  const path = join(process.cwd(), 'tests/data/frames/query-traffic-time_series-shifted.json');
  const answer = JSON.parse(readFileSync(path, 'utf8')) as { results: { A: { frames: DataFrameJSON[] } } };
  return answer.results.A.frames.map((frame) => dataFrameFromJSON(frame));
}

const valueOf = (frame: DataFrame) => frame.fields[1];

it('gives each earlier series the colour of its own, as a dashed line that is not stacked on the present', () => {
  const frames = withGhosts(shifted());
  const half = frames.length / 2;
  expect(half).toBe(6);
  frames.slice(half).forEach((ghost, position) => {
    expect(valueOf(ghost).labels).toEqual(valueOf(frames[position]).labels);
    expect(valueOf(ghost).config).toMatchObject({
      color: { mode: 'fixed', fixedColor: palette[position] },
      custom: { drawStyle: 'line', lineStyle: { fill: 'dash' }, stacking: { mode: 'none' } },
    });
  });
});

it('leaves the series of the present as they are', () => {
  const frames = shifted();
  const after = withGhosts(frames);
  expect(after.slice(0, 6)).toEqual(frames.slice(0, 6));
});

it('counts the series of the queries before', () => {
  const frames = shifted();
  const second = frames.map((frame) => ({ ...frame, refId: 'B' }));
  const ghosts = withGhosts([...frames, ...second]).slice(18);
  expect(ghosts.map((ghost) => valueOf(ghost).config.color?.fixedColor)).toEqual(palette.slice(6, 12));
});
