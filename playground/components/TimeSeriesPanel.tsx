import React, { useMemo } from 'react';
import { type DataFrame, FieldColorModeId, FieldType, type PanelData, type TimeRange } from '@grafana/data';
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

/** How the numbers of a frame are drawn, beside what the companion says of their unit and name. */
function withCustomConfig(frame: DataFrame, custom: Record<string, unknown>): DataFrame {
  return {
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === FieldType.number
        ? { ...field, config: { ...field.config, color: { mode: FieldColorModeId.PaletteClassic }, custom } }
        : field
    ),
  };
}
