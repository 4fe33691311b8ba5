import React, { useMemo } from 'react';
import { type DataLink, type Field, FieldType, type PanelData } from '@grafana/data';
import { Table, useTheme2 } from '@grafana/ui';

import { withFieldDisplay } from './use-panel-data';

/** Pixels of a row, and of the header, of Grafana’s table. */
const ROW_HEIGHT = 36;

/** Pixels that a value needs; of a text as many as its letters, within bounds. */
const LEAST_WIDTHS: Partial<Record<FieldType, number>> = { [FieldType.time]: 172, [FieldType.number]: 96 };
const TEXT = { letter: 7.4, least: 96, most: 340, rows: 50 };

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

function leastWidth({ type, values }: Field): number {
  const longest = Math.max(0, ...values.slice(0, TEXT.rows).map((value) => String(value ?? '').length));
  return LEAST_WIDTHS[type] ?? Math.min(TEXT.most, Math.max(TEXT.least, longest * TEXT.letter + 16));
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
          custom: { ...field.config.custom, minWidth: leastWidth(field) },
          ...(field.name === customers && onCustomer ? { links: [linkToCustomer(onCustomer)] } : {}),
        },
      })),
    }));
    return withFieldDisplay({ ...data, series }, { defaults: {}, overrides: [] }, theme, timezone).series;
  }, [data, theme, timezone, customers, onCustomer]);
  return frame ? <Table data={frame} width={width} height={Math.min(height, (frame.length + 2) * ROW_HEIGHT)} /> : null;
}
