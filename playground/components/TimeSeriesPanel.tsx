import React, { useMemo } from 'react';
import {
  type DataFrame,
  FieldColorModeId,
  type FieldConfig,
  FieldType,
  type PanelData,
  type TimeRange,
} from '@grafana/data';
import { GraphDrawStyle, LegendDisplayMode, StackingMode } from '@grafana/schema';
import { TimeSeries, TooltipDisplayMode, TooltipPlugin, useTheme2 } from '@grafana/ui';

import { TimeSeriesAnnotations } from './TimeSeriesAnnotations';
import { withFieldDisplay } from './use-panel-data';

interface Props {
  data: PanelData;
  timeRange: TimeRange;
  timezone: string;
  width: number;
  height: number;
  stacked: boolean;
}

/** Grafana’s own time series drawing, for traffic and latency. */
export function TimeSeriesPanel({ data, timeRange, timezone, width, height, stacked }: Props) {
  const theme = useTheme2();
  const frames = useMemo(() => {
    const custom = stacked
      ? {
          drawStyle: GraphDrawStyle.Bars,
          fillOpacity: 85,
          lineWidth: 0,
          stacking: { mode: StackingMode.Normal, group: 'A' },
        }
      : { drawStyle: GraphDrawStyle.Line, lineWidth: 2, fillOpacity: 8 };
    const series = data.series.map((frame) => withCustomConfig(frame, custom));
    return withFieldDisplay({ ...data, series }, { defaults: {}, overrides: [] }, theme, timezone).series;
  }, [data, stacked, theme, timezone]);

  // Grafana's drawing needs a series to draw.
  if (!frames.some(({ length, fields }) => length > 0 && fields.some(({ type }) => type === FieldType.number))) {
    return <p>No requests in the range that the filters let through.</p>;
  }
  return (
    <TimeSeries
      frames={frames}
      width={width}
      height={height}
      timeRange={timeRange}
      timeZone={timezone}
      legend={{ displayMode: LegendDisplayMode.List, placement: 'bottom', showLegend: true, calcs: [] }}
    >
      {(config, aligned) => (
        <>
          <TooltipPlugin data={aligned} config={config} mode={TooltipDisplayMode.Multi} timeZone={timezone} />
          <TimeSeriesAnnotations config={config} annotations={data.annotations} timezone={timezone} />
        </>
      )}
    </TimeSeries>
  );
}

/** A ghost of an earlier time keeps how it is drawn; stacked panels stack it with the other ghosts, not on the present. */
function configOf(config: FieldConfig, custom: Record<string, unknown>): FieldConfig {
  if (!config.custom?.timeCompare) {
    return { ...config, color: { mode: FieldColorModeId.PaletteClassic }, custom };
  }
  if (!custom.stacking) {
    return config;
  }
  return {
    ...config,
    color: { mode: FieldColorModeId.Fixed, fixedColor: '#8e8e99' },
    custom: { ...config.custom, stacking: { mode: StackingMode.Normal, group: 'earlier' } },
  };
}

/** How the numbers of a frame are drawn, beside what the companion says of their unit and name. */
function withCustomConfig(frame: DataFrame, custom: Record<string, unknown>): DataFrame {
  return {
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === FieldType.number ? { ...field, config: configOf(field.config, custom) } : field
    ),
  };
}
