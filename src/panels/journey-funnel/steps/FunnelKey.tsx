import { useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { earlierText } from '../../../components/change';
import { capital } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles } from '../funnel-styles';
import { type FunnelModel } from '../model';
import { reasonFill, reasonLabel } from '../reasons/reason-kinds';
import { reasonsShown } from '../reasons/read-reasons';

/** How many characters and items the key has: what room it takes. */
export function keySize(model: FunnelModel, showPending: boolean): { characters: number; items: number } {
  const pending = showPending && model.steps.some((step) => step.pending > 0);
  const reasons = model.hasSteps ? reasonsShown(model.reasons) : [];
  const labels = [
    model.unitName,
    ...(pending ? ['Pending'] : []),
    ...(reasons.length > 0 ? reasons.map(reasonLabel) : ['Dropped']),
    ...(model.earlier ? [earlierText(model.earlier.timeShift), TESTED] : []),
  ];
  return { characters: labels.join('').length, items: labels.length };
}

const TESTED = '▲▼ significant, △▽ not';

/** What colours and textures stand for. With reasons, those who dropped are told by them. */
export function FunnelKey({ model, showPending }: { model: FunnelModel; showPending: boolean }) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const colors = funnelColors(theme);
  const pending = showPending && model.steps.some((step) => step.pending > 0);
  const reasons = model.hasSteps ? reasonsShown(model.reasons) : [];
  const earlier = model.earlier && capital(earlierText(model.earlier.timeShift));
  const items: Array<{ label: string; style: React.CSSProperties }> = [
    { label: capital(model.unitName), style: { background: colors.reached } },
    ...(pending ? [{ label: 'Pending', style: reasonFill('pending', theme) }] : []),
    ...reasons.map((reason) => ({ label: reasonLabel(reason), style: reasonFill(reason, theme) })),
    ...(model.hasSteps && reasons.length === 0
      ? [{ label: 'Dropped', style: { background: colors.dropped, border: `1px dashed ${colors.outline}` } }]
      : []),
  ];
  return (
    <span className={styles.key} aria-hidden data-testid={testIds.funnel.key}>
      {items.map(({ label, style }) => (
        <span key={label} className={styles.keyItem}>
          <span className={styles.swatch} style={style} />
          {label}
        </span>
      ))}
      {earlier && (
        <span className={styles.keyItem}>
          <span className={styles.swatch} style={{ border: `1.5px dashed ${colors.earlier}`, borderBottom: 0 }} />
          {earlier}
        </span>
      )}
      {earlier && model.hasSteps && (
        <span className={styles.keyItem} title="Whether the step conversion has changed by more than chance">
          {TESTED}
        </span>
      )}
    </span>
  );
}
