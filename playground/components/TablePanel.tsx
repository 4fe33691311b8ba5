import React, { useMemo } from 'react';
import { type DataLink, FieldType, type PanelData } from '@grafana/data';
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
  /** The column whose values are customers. */
  customers?: string | undefined;
  onCustomer?: (customer: string) => void;
}

/** A link on a value, which is a customer. */
const linkToCustomer = (open: (customer: string) => void): DataLink => ({
  title: 'What this customer went through',
  url: '',
  onClick: ({ replaceVariables }) => replaceVariables && open(replaceVariables('${__value.raw}')),
});

/** Grafana’s own table, for the requests themselves. */
export function TablePanel({ data, timezone, width, height, customers, onCustomer }: Props) {
  const theme = useTheme2();
  const [frame] = useMemo(() => {
    const series = data.series.map((each) => ({
      ...each,
      fields: each.fields.map((field) => ({
        ...field,
        config: {
          ...field.config,
          custom: { ...field.config.custom, minWidth: LEAST_WIDTHS[field.type] ?? 110 },
          ...(field.name === customers && onCustomer ? { links: [linkToCustomer(onCustomer)] } : {}),
        },
      })),
    }));
    return withFieldDisplay({ ...data, series }, { defaults: {}, overrides: [] }, theme, timezone).series;
  }, [data, theme, timezone, customers, onCustomer]);
  return frame ? <Table data={frame} width={width} height={Math.min(height, (frame.length + 2) * ROW_HEIGHT)} /> : null;
}
