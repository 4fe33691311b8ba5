import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import {
  type AdHocVariableFilter,
  type DataFrame,
  type GrafanaTheme2,
  LoadingState,
  type TimeRange,
} from '@grafana/data';
import { Alert, PanelChrome, useStyles2 } from '@grafana/ui';

import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import type { ApitrailQuery } from '../../src/datasource/types';
import { PANEL_PLUGINS } from '../host/panel-plugins';
import type { ViewPanel } from '../views';
import { PluginPanel } from './PluginPanel';
import { TablePanel } from './TablePanel';
import { TimeSeriesPanel } from './TimeSeriesPanel';
import { usePanelData } from './use-panel-data';
import { useWidth } from './use-width';

interface Props {
  index: number;
  panel: ViewPanel;
  dataSource: ApitrailDataSource;
  timeRange: TimeRange;
  timezone: string;
  filters: AdHocVariableFilter[];
  /** How much earlier the time is that the panel compares with, where its view says that it does. */
  compare: string;
  /** Whom the page is about: `$customer` in queries. */
  customer: string;
  annotations: DataFrame[];
  refresh: number;
  onChangeTimeRange: (from: number, to: number) => void;
  /** Leads to the page of one customer. */
  onCustomer: (customer: string) => void;
}

/** One panel of the page: the question, its state, and what draws the answer. */
export function ViewPanelCard(props: Props) {
  const { index, panel, dataSource, timeRange, timezone, filters, compare, customer, annotations, refresh } = props;
  const { onChangeTimeRange, onCustomer } = props;
  const styles = useStyles2(getStyles);
  const [ref, width] = useWidth();
  const query = useMemo(
    () =>
      ({
        refId: 'A',
        version: 1,
        ...panel.query,
        ...(panel.compared ? { timeShift: compare } : {}),
      }) as ApitrailQuery,
    [panel, compare]
  );
  const beside = useMemo(
    () =>
      panel.beside?.map((one, at) => ({
        refId: String.fromCharCode('B'.charCodeAt(0) + at),
        version: 1,
        ...one,
      })) as ApitrailQuery[] | undefined,
    [panel]
  );
  const scopedVars = useMemo(() => ({ customer: { text: customer, value: customer } }), [customer]);
  const answer = usePanelData({ dataSource, query, beside, timeRange, timezone, filters, scopedVars, width, refresh });
  const data = useMemo(() => ({ ...answer, annotations }), [answer, annotations]);
  const drawn =
    data.state === LoadingState.Done ||
    data.state === LoadingState.Streaming ||
    (data.state === LoadingState.Loading && data.series.length > 0);

  return (
    <div ref={ref} data-testid={`panel-${panel.id}`} data-state={data.state}>
      {width > 0 && (
        <PanelChrome
          title={panel.title}
          description={panel.description}
          width={width}
          height={panel.height}
          loadingState={data.state}
        >
          {(innerWidth, innerHeight) => {
            if (data.state === LoadingState.Error && !(panel.kind in PANEL_PLUGINS)) {
              return (
                <Alert severity="error" title="The query failed" className={styles.message}>
                  {data.error?.message}
                </Alert>
              );
            }
            const plugin = PANEL_PLUGINS[panel.kind as keyof typeof PANEL_PLUGINS];
            if (plugin) {
              return (
                <PluginPanel
                  id={index + 1}
                  title={panel.title}
                  plugin={plugin}
                  options={panel.options ?? {}}
                  data={data}
                  timeRange={timeRange}
                  timezone={timezone}
                  width={innerWidth}
                  height={innerHeight}
                  onChangeTimeRange={onChangeTimeRange}
                />
              );
            }
            if (!drawn) {
              return null;
            }
            return panel.kind === 'table' ? (
              <TablePanel
                data={data}
                timezone={timezone}
                width={innerWidth}
                height={innerHeight}
                customers={panel.customers}
                onCustomer={onCustomer}
              />
            ) : (
              <TimeSeriesPanel
                data={data}
                timeRange={data.timeRange}
                timezone={timezone}
                width={innerWidth}
                height={innerHeight}
                stacked={panel.options?.stacked === true}
              />
            );
          }}
        </PanelChrome>
      )}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({ message: css({ margin: theme.spacing(2) }) });
