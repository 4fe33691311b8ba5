import React, { useMemo } from 'react';
import { type PanelData } from '@grafana/data';
import { Table, useTheme2 } from '@grafana/ui';

import { withFieldDisplay } from './use-panel-data';

/** Pixels of a row, and of the header, of Grafana’s table. */
const ROW_HEIGHT = 36;

interface Props {
  data: PanelData;
  timezone: string;
  width: number;
  /** At most; fewer rows take less. */
  height: number;
}

/** Grafana’s own table, for the requests themselves. */
export function TablePanel({ data, timezone, width, height }: Props) {
  const theme = useTheme2();
  const [frame] = useMemo(
    () =>
      withFieldDisplay(
        data,
        { defaults: { custom: { minWidth: 90, filterable: false } }, overrides: [] },
        theme,
        timezone
      ).series,
    [data, theme, timezone]
  );
  return frame ? <Table data={frame} width={width} height={Math.min(height, (frame.length + 2) * ROW_HEIGHT)} /> : null;
}
