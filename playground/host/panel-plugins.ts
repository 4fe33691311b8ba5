import { plugin as customerTimeline } from '../../src/panels/customer-timeline/module';
import { plugin as endpointHeatmap } from '../../src/panels/endpoint-heatmap/module';
import { plugin as errorBreakdown } from '../../src/panels/error-breakdown/module';
import { plugin as journeyFunnel } from '../../src/panels/journey-funnel/module';
import { plugin as journeyPaths } from '../../src/panels/journey-paths/module';
import { plugin as retentionCohorts } from '../../src/panels/retention-cohorts/module';
import type { PanelPlugin } from '@grafana/data';

/** Our panels, as Grafana loads them. */
export const PANEL_PLUGINS = {
  'endpoint-heatmap': endpointHeatmap as unknown as PanelPlugin,
  'journey-funnel': journeyFunnel as unknown as PanelPlugin,
  'journey-paths': journeyPaths as unknown as PanelPlugin,
  'retention-cohorts': retentionCohorts as unknown as PanelPlugin,
  'customer-timeline': customerTimeline as unknown as PanelPlugin,
  'error-breakdown': errorBreakdown as unknown as PanelPlugin,
} as const;
