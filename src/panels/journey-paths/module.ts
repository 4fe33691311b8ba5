import '../../public-path';

import { FieldConfigProperty, PanelPlugin, VisualizationSuggestionScore } from '@grafana/data';

import { frameMarker } from '../../components/find-field';
import { JourneyPathsPanel } from './JourneyPathsPanel';
import { addOptions, type PathsOptions } from './options';

export const plugin = new PanelPlugin<PathsOptions>(JourneyPathsPanel)
  .useFieldConfig({
    disableStandardOptions: [
      FieldConfigProperty.Color,
      FieldConfigProperty.Min,
      FieldConfigProperty.Max,
      FieldConfigProperty.Thresholds,
      FieldConfigProperty.Mappings,
    ],
  })
  .setPanelOptions(addOptions)
  .setSuggestionsSupplier((summary) =>
    summary.rawFrames?.some((frame) => frameMarker(frame, 'paths'))
      ? [{ name: 'Journey paths', score: VisualizationSuggestionScore.Best }]
      : undefined
  );
