import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { methodColor } from '../../components/http-method';
import { type MeasureText, truncateMiddle } from '../../components/measure';
import { messageOf, isStructured, remainder } from './error-name';
import { getErrorStyles } from './error-styles';
import { ownerOf, statusColor } from '../../components/error-owners';
import { type ErrorRow } from './rows';

interface Props {
  row: ErrorRow;
  /** One line rather than two. */
  compact: boolean;
  /** Room in pixels. */
  width: number;
  measure: MeasureText;
}

const GAP = 8;

/** What a row is: status, method and route where they are known, what the message says below. */
export function ErrorName({ row, compact, width, measure }: Props) {
  const styles = useStyles2(getErrorStyles);
  const theme = useTheme2();
  const { group, dimension, members } = row;
  if (group.other) {
    return <div className={styles.cut}>{`${group.title} the rest`}</div>;
  }
  if (dimension !== undefined) {
    const owner = dimension === 'error_owner' ? ownerOf(group.title) : undefined;
    const count = members.length > 1 ? `${members.length} errors` : '';
    return (
      <div className={styles.line} title={group.title}>
        {owner && <Icon name={owner.icon} size="sm" />}
        <span style={dimension === 'status' ? { color: statusColor(group.title, theme) } : undefined}>
          {truncateMiddle(owner?.label ?? group.title, width - measure(count) - 3 * GAP, measure)}
        </span>
        <span className={styles.muted}>{count}</span>
      </div>
    );
  }
  const { status, method, route, service } = group.values;
  const structured = isStructured(group);
  const second = [service, structured ? remainder(group) : undefined].filter(Boolean).join(' · ');
  const taken = [status, structured ? method : undefined].reduce(
    (sum, part) => sum + (part ? measure(part) + GAP : 0),
    compact && second ? width * 0.3 : 0
  );
  const main = structured && route ? route : messageOf(group.title, [status]) || group.title;
  return (
    <div title={group.title}>
      <div className={styles.line}>
        {status && (
          <span className={styles.status} style={{ color: statusColor(status, theme) }}>
            {status}
          </span>
        )}
        {structured && method && <span style={{ color: methodColor(method, theme) }}>{method}</span>}
        <span className={styles.cut} style={{ flex: 'none', maxWidth: '100%' }}>
          {structured ? truncateMiddle(main, width - taken, measure) : main}
        </span>
        {compact && second && <span className={`${styles.muted} ${styles.cut}`}>{second}</span>}
      </div>
      {!compact && second && <div className={`${styles.muted} ${styles.cut}`}>{second}</div>}
    </div>
  );
}
