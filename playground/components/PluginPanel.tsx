import React, { useMemo, useState } from 'react';
import {
  EventBusSrv,
  getPanelOptionsWithDefaults,
  type PanelData,
  type PanelPlugin,
  type TimeRange,
} from '@grafana/data';
import { getTemplateSrv } from '@grafana/runtime';
import { useTheme2 } from '@grafana/ui';

import { withFieldDisplay } from './use-panel-data';

interface Props {
  id: number;
  title: string;
  plugin: PanelPlugin;
  options: Record<string, unknown>;
  data: PanelData;
  timeRange: TimeRange;
  timezone: string;
  width: number;
  height: number;
  onChangeTimeRange: (from: number, to: number) => void;
}

/** Draws a panel plugin with its own defaults, as Grafana’s dashboard would. */
export function PluginPanel(props: Props) {
  const { plugin, data, timezone, timeRange, width, height, onChangeTimeRange } = props;
  const theme = useTheme2();
  const [eventBus] = useState(() => new EventBusSrv());
  const [chosen, setOptions] = useState(props.options);
  const { options, fieldConfig } = useMemo(
    () =>
      getPanelOptionsWithDefaults({
        plugin,
        currentOptions: chosen,
        currentFieldConfig: { defaults: {}, overrides: [] },
        isAfterPluginChange: false,
      }),
    [plugin, chosen]
  );
  const shown = useMemo(
    () => withFieldDisplay(data, fieldConfig, theme, timezone, plugin),
    [data, fieldConfig, theme, timezone, plugin]
  );
  const Panel = plugin.panel;
  if (!Panel) {
    return null;
  }
  return (
    <Panel
      id={props.id}
      title={props.title}
      data={shown}
      timeRange={timeRange}
      timeZone={timezone}
      options={options}
      fieldConfig={fieldConfig}
      transparent={false}
      width={width}
      height={height}
      renderCounter={0}
      eventBus={eventBus}
      replaceVariables={(text) => getTemplateSrv().replace(text, data.request?.scopedVars)}
      onOptionsChange={setOptions}
      onFieldConfigChange={() => undefined}
      onChangeTimeRange={({ from, to }) => onChangeTimeRange(from, to)}
    />
  );
}
