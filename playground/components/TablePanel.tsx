import React, { useMemo } from 'react';
import { FieldType, type PanelData } from '@grafana/data';
import { Table, useTheme2 } from '@grafana/ui';

import { withFieldDisplay } from './use-panel-data';

/** Pixels of a row, and of the header, of Grafana’s table. */
const ROW_HEIGHT = 36;

/** Pixels that a value needs; 110 where its type is not here. */
const LEAST_WIDTHS: Partial<Record<FieldType, number>> = { [FieldType.time]: 172, [FieldType.number]: 96 };

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
  const [frame] = useMemo(() => {
    const series = data.series.map((each) => ({
      ...each,
      fields: each.fields.map((field) => ({
        ...field,
        config: { ...field.config, custom: { ...field.config.custom, minWidth: LEAST_WIDTHS[field.type] ?? 110 } },
      })),
    }));
    return withFieldDisplay({ ...data, series }, { defaults: {}, overrides: [] }, theme, timezone).series;
  }, [data, theme, timezone]);
  return frame ? <Table data={frame} width={width} height={Math.min(height, (frame.length + 2) * ROW_HEIGHT)} /> : null;
}
