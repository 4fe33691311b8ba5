import { css } from '@emotion/css';
import { type DataFrame, type Field, FieldType, type GrafanaTheme2 } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { type AdHocFilterItem, Button, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { addFilters, copyText, linkActions, openRequests } from '../../../components/actions';
import { type DrillTarget, equals } from '../../../components/drill-down';
import { fieldNamed, numberAt, textAt } from '../../../components/find-field';
import { fieldFormat, formatCount, formatDuration, formatTime, NO_VALUE } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { useMarks } from '../marks/use-marks';
import { reasonLabel } from '../reasons/reason-kinds';
import { type AttemptsModel } from './read-attempts';

interface Props {
  model: AttemptsModel;
  width: number;
  height: number;
  timeZone: TimeZone;
  context: { target: DrillTarget | undefined; onAddAdHocFilter?: (item: AdHocFilterItem) => void };
}

const SUMMARY = 22;
const PAGE = 100;

/** Who went through the funnel: a table of attempts. */
export function AttemptsView({ model, width, height, timeZone, context }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const [limit, setLimit] = useState(PAGE);
  const { frame, marker, total, unitName } = model;
  const rows = Math.min(limit, frame.length);
  const [first, ...others] = useMemo(() => columnsOf(frame, theme, timeZone), [frame, theme, timeZone]);
  const summary = `${formatCount(frame.length)} of ${formatCount(total)} ${unitName}${
    frame.length < total ? ': limit and offset of the query choose others' : ''
  }`;
  const textOf = (row: number) => [first, ...others].map(({ title, format }) => `${title} ${format(row)}`).join(', ');
  const { root, handlers, overlay } = useMarks({
    count: rows,
    testId: testIds.funnel.attempt,
    sentenceOf: textOf,
    markOf: (row) => {
      const unit = textAt(first.field, row) ?? null;
      const entry = numberAt(fieldNamed(frame, ['entry'], FieldType.time), row);
      const { window = 0, unit: key = 'customer' } = marker ?? {};
      return {
        title: unit ?? '(none)',
        rows: others.map(({ title, format }) => ({ label: title, value: format(row) })),
        footer: marker && countedShort(marker),
        actions: [
          [
            marker && !Number.isNaN(entry)
              ? openRequests(
                  context.target,
                  { from: entry, to: entry + window + 1, filters: [equals(key, unit)] },
                  'Open its requests',
                  `From the entry on, for ${formatDuration(window)}`
                )
              : undefined,
            addFilters(context.onAddAdHocFilter, { [key]: unit }, 'Filter for it'),
          ],
          linkActions(first.field.getLinks?.({ valueRowIndex: row }) ?? []),
          [copyText(unit ?? '', 'Copy'), copyText(textOf(row), 'Copy the row')],
        ],
      };
    },
  });
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      <div className={styles.summary} style={{ height: SUMMARY }}>
        <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
          {summary}
        </span>
      </div>
      {/* Columns that do not fit are scrolled to, by the keyboard too. */}
      <div className={own.scroll} style={{ height: height - SUMMARY }} role="region" aria-label={summary} tabIndex={0}>
        <table className={own.table}>
          <thead>
            <tr>
              {[first, ...others].map(({ title, field, right }) => (
                <th key={title} scope="col" title={field.config.description} className={right ? own.right : undefined}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              <tr key={row}>
                <th scope="row">
                  <button {...handlers(row)} className={own.unit} title={first.format(row)}>
                    {first.format(row)}
                  </button>
                </th>
                {others.map(({ title, format, right }) => (
                  <td key={title} className={right ? own.right : undefined} title={format(row)}>
                    {format(row)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows < frame.length && (
          <Button size="sm" variant="secondary" fill="text" onClick={() => setLimit(limit + PAGE)}>
            {`Show more (${formatCount(frame.length - rows)} left)`}
          </Button>
        )}
      </div>
      {overlay}
    </div>
  );
}

interface Column {
  field: Field;
  title: string;
  right: boolean;
  format(row: number): string;
}

/** The columns of the table; the first says who it is. */
function columnsOf(frame: DataFrame, theme: GrafanaTheme2, timeZone: TimeZone): Column[] {
  return frame.fields.map((field): Column => {
    const title = field.config.displayNameFromDS ?? field.name;
    const text = (row: number) => textAt(field, row) ?? NO_VALUE;
    if (field.type === FieldType.time) {
      return { field, title, right: false, format: (row) => formatTime(numberAt(field, row), timeZone) };
    }
    if (field.type === FieldType.number) {
      const format = fieldFormat(field, theme, timeZone);
      return { field, title, right: true, format: (row) => format(numberAt(field, row)) };
    }
    const reason = field.name === 'reason';
    return {
      field,
      title,
      right: false,
      format: (row) => (reason && textAt(field, row) !== undefined ? reasonLabel(text(row)) : text(row)),
    };
  });
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ overflow: 'auto', scrollbarWidth: 'thin' }),
    table: css({
      width: '100%',
      borderCollapse: 'collapse',
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
      'th, td': {
        padding: theme.spacing(0.5, 1),
        textAlign: 'left',
        whiteSpace: 'nowrap',
        maxWidth: 320,
        overflow: 'hidden',
        textOverflow: 'ellipsis',
        borderBottom: `1px solid ${theme.colors.border.weak}`,
        fontWeight: theme.typography.fontWeightRegular,
      },
      'thead th': {
        position: 'sticky',
        top: 0,
        background: theme.colors.background.primary,
        color: theme.colors.text.secondary,
      },
    }),
    right: css({ '&&': { textAlign: 'right' } }),
    unit: css({
      padding: 0,
      border: 0,
      background: 'none',
      color: theme.colors.text.link,
      fontSize: 'inherit',
      '&:focus-visible': { outline: `2px solid ${theme.colors.primary.border}` },
    }),
  };
}
