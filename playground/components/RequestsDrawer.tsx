import React, { useEffect, useMemo } from 'react';
import { dateTime, LoadingState } from '@grafana/data';
import { Alert, Drawer, LoadingPlaceholder } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import type { ExploreLink } from '../host/explore-link';
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

/** The requests behind a mark: what Explore would show at the address the panel goes to. */
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
  const subtitle = `${timeRange.from.utc().format('YYYY-MM-DD HH:mm')} to ${timeRange.to.utc().format('YYYY-MM-DD HH:mm')} UTC`;

  return (
    <Drawer
      title="Requests"
      subtitle={rows === undefined ? subtitle : `${rows} shown, ${subtitle}`}
      size="lg"
      onClose={onClose}
    >
      <section ref={ref} data-testid="requests-drawer" data-state={data.state}>
        {data.state === LoadingState.Error && (
          <Alert severity="error" title={data.error?.message ?? 'The query failed'} />
        )}
        {data.state === LoadingState.Loading && <LoadingPlaceholder text="Loading requests" />}
        {data.state === LoadingState.Done && rows === 0 && <Alert severity="info" title="No request matches." />}
        {data.state === LoadingState.Done && rows !== 0 && (
          <TablePanel data={data} timezone={timezone} width={width} height={Math.max(300, window.innerHeight - 160)} />
        )}
      </section>
    </Drawer>
  );
}
