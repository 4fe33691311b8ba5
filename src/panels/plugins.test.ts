import { type DataFrame, getPanelDataSummary, type PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';
import { existsSync, readdirSync, readFileSync } from 'fs';
import { join } from 'path';

import { retentionFrame } from '../test-utils/retention-frames';
import { timelineFrame } from '../test-utils/timeline-frames';
import { errorsFrame, frameOf, funnelFrame, heatmapFrame, number, text } from '../test-utils/frames';
import { pathsFrame } from '../test-utils/paths-frames';
import { plugin as timeline } from './customer-timeline/module';
import { plugin as heatmap } from './endpoint-heatmap/module';
import { plugin as errors } from './error-breakdown/module';
import { plugin as funnel } from './journey-funnel/module';
import { plugin as paths } from './journey-paths/module';
import { plugin as retention } from './retention-cohorts/module';

const folder = join(process.cwd(), 'src/panels');
const names = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

describe.each(names)('plugin.json of %s', (name) => {
  const json = JSON.parse(readFileSync(join(folder, name, 'plugin.json'), 'utf8'));

  it('names a panel of ours that offers suggestions', () => {
    expect(json.id).toBe(`apitrail-${name.replaceAll('-', '')}-panel`);
    expect(json).toMatchObject({ type: 'panel', suggestions: true, dependencies: { grafanaDependency: '>=12.3.0' } });
  });

  it('has its logo', () => {
    expect(existsSync(join(folder, name, json.info.logos.small))).toBe(true);
    expect(existsSync(join(folder, name, json.info.logos.large))).toBe(true);
  });

  it('finds its chunks before anything else is loaded', () => {
    const [first] = readFileSync(join(folder, name, 'module.ts'), 'utf8').split('\n');
    expect(first).toBe("import '../../public-path';");
  });
});

describe.each([
  ['endpoint heatmap', heatmap, heatmapFrame([[0, 0, 1]])],
  ['journey funnel', funnel, funnelFrame()],
  ['journey paths', paths, pathsFrame()],
  ['error breakdown', errors, errorsFrame()],
  ['retention cohorts', retention, retentionFrame()],
  ['customer timeline', timeline, timelineFrame()],
] as Array<[string, PanelPlugin, DataFrame]>)('suggestions of the %s', (_, plugin, frame) => {
  const suggest = (frames: DataFrame[]) => plugin.getSuggestions(getPanelDataSummary(frames));

  it('are the best for its own frame', () => {
    expect(suggest([frame])).toEqual([expect.objectContaining({ score: VisualizationSuggestionScore.Best })]);
  });

  it('are none for other frames', () => {
    expect(suggest([frameOf([text('a', ['b']), number('c', [1])])]) ?? []).toEqual([]);
  });
});
