import React, { useEffect, useMemo } from 'react';
import { dateTime, LoadingState } from '@grafana/data';
import { Alert, Drawer, LoadingPlaceholder } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import { drawingOf } from '../editor/shown-as';
import type { ExploreLink } from '../host/explore-link';
import { PANEL_PLUGINS } from '../host/panel-plugins';
import { PluginPanel } from './PluginPanel';
import { TablePanel } from './TablePanel';
import { usePanelData } from './use-panel-data';
import { useWidth } from './use-width';

interface Props {
  dataSource: ApitrailDataSource;
  link: ExploreLink;
  timezone: string;
  onClose: () => void;
}

const NO_FILTERS: never[] = [];

/** The requests behind a mark, or what else can be asked from there: what Explore would show at the address the panel goes to. */
export function RequestsDrawer({ dataSource, link, timezone, onClose }: Props) {
  const [ref, width] = useWidth();
  const timeRange = useMemo(() => {
    const [from, to] = [dateTime(link.from), dateTime(link.to)];
    return { from, to, raw: { from, to } };
  }, [link]);
  const data = usePanelData({
    dataSource,
    query: link.query,
    timeRange,
    timezone,
    filters: NO_FILTERS,
    width,
    refresh: 0,
  });
  // The drawer puts the focus on its close button, whose tooltip would take the first Escape for itself.
  useEffect(() => {
    const closeOnEscape = (event: KeyboardEvent) => {
      if (event.key === 'Escape' && !event.isComposing) {
        event.stopPropagation();
        onClose();
      }
    };
    window.addEventListener('keydown', closeOnEscape, true);
    return () => window.removeEventListener('keydown', closeOnEscape, true);
  }, [onClose]);
  const rows = data.series[0]?.length;
  const requests = link.query.queryType === 'requests';
  const drawing = requests ? undefined : drawingOf(link.query, data.series);
  const plugin = drawing && drawing !== 'time-series' ? PANEL_PLUGINS[drawing] : undefined;
  const size = { width, height: Math.max(300, window.innerHeight - 160) };
  const subtitle = `${timeRange.from.utc().format('YYYY-MM-DD HH:mm')} to ${timeRange.to.utc().format('YYYY-MM-DD HH:mm')} UTC`;

  return (
    <Drawer
      title={requests ? 'Requests' : 'Explore'}
      subtitle={rows === undefined || !requests ? subtitle : `${rows} shown, ${subtitle}`}
      size="lg"
      onClose={onClose}
    >
      <section ref={ref} data-testid="requests-drawer" data-state={data.state}>
        {data.state === LoadingState.Error && (
          <Alert severity="error" title={data.error?.message ?? 'The query failed'} />
        )}
        {data.state === LoadingState.Loading && <LoadingPlaceholder text={requests ? 'Loading requests' : 'Loading'} />}
        {data.state === LoadingState.Done && rows === 0 && !plugin && (
          <Alert severity="info" title="No request matches." />
        )}
        {data.state === LoadingState.Done && plugin && width > 0 && (
          <PluginPanel
            key={drawing}
            id={1}
            title="Explore"
            plugin={plugin}
            options={{}}
            data={data}
            timeRange={timeRange}
            timezone={timezone}
            onChangeTimeRange={() => undefined}
            {...size}
          />
        )}
        {data.state === LoadingState.Done && rows !== 0 && !plugin && (
          <TablePanel data={data} timezone={timezone} {...size} />
        )}
      </section>
    </Drawer>
  );
}
