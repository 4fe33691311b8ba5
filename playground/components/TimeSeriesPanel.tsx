import React, { useMemo } from 'react';
import { type DataFrame, FieldColorModeId, FieldType, type PanelData, type TimeRange } from '@grafana/data';
import { GraphDrawStyle, LegendDisplayMode, StackingMode } from '@grafana/schema';
import { TimeSeries, TooltipDisplayMode, TooltipPlugin, useTheme2 } from '@grafana/ui';

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
    const fieldConfig = { defaults: { color: { mode: FieldColorModeId.PaletteClassicByName }, custom }, overrides: [] };
    return separateAxes(withFieldDisplay(data, fieldConfig, theme, timezone).series);
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
        <TooltipPlugin data={aligned} config={config} mode={TooltipDisplayMode.Multi} timeZone={timezone} />
      )}
    </TimeSeries>
  );
}

/** Custom settings of a field apply only where it has none of its own; a frame’s own unit keeps its axis apart. */
function separateAxes(frames: DataFrame[]): DataFrame[] {
  return frames.map((frame) => ({
    ...frame,
    fields: frame.fields.map((field) =>
      field.type === FieldType.number
        ? { ...field, config: { ...field.config, custom: { ...field.config.custom, axisPlacement: 'auto' } } }
        : field
    ),
  }));
}
