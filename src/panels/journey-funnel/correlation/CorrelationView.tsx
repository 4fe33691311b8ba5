import { css, cx } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { type AdHocFilterItem, useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';

import { addFilters, copyText, openRequests } from '../../../components/actions';
import { type DrillTarget } from '../../../components/drill-down';
import { formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { useMarks } from '../marks/use-marks';
import { type FunnelOptions } from '../options';
import { oddsText } from '../reasons/describe-reason';
import { oddsPlace, oddsReach } from './correlation-scale';
import { correlationSummary, describeTrait, isSure, qText, traitName, traitSentence } from './describe-trait';
import { type CorrelationModel, type Trait } from './read-correlation';

interface Props {
  model: CorrelationModel;
  options: FunnelOptions;
  width: number;
  height: number;
  context: { target: DrillTarget | undefined; onAddAdHocFilter?: (item: AdHocFilterItem) => void };
}

const SUMMARY = 22;
const AXIS = 18;
const WIDE = 620;

/** What goes with converting, and what with not: a bar of odds to either side of 1×, with its interval. */
export function CorrelationView({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const { decimals } = options;
  const { marker } = model;
  const traits = useMemo(
    () => [
      ...model.traits.filter(({ odds }) => odds >= 1).sort((a, b) => b.odds - a.odds),
      ...model.traits.filter(({ odds }) => !(odds >= 1)).sort((a, b) => a.odds - b.odds),
    ],
    [model]
  );
  const reach = oddsReach(traits);
  const summary = correlationSummary(model, decimals);
  const { root, handlers, overlay } = useMarks({
    count: traits.length,
    testId: testIds.funnel.trait,
    sentenceOf: (index) => traitSentence(traits[index], model, decimals),
    markOf: (index) => {
      const trait = traits[index];
      const { from = 0, to = 0, window = 0 } = marker ?? {};
      return {
        title: traitName(trait),
        subtitle: trait.odds >= 1 ? 'Goes with converting' : 'Goes with not converting',
        rows: describeTrait(trait, model, decimals),
        footer: marker && `It does not say why. ${countedShort(marker)}`,
        actions: [
          [
            trait.filters.length > 0
              ? openRequests(context.target, { from, to: to + window, filters: trait.filters }, 'Open these requests')
              : undefined,
            addFilters(context.onAddAdHocFilter, { [trait.key]: trait.value }, 'Filter for this value'),
          ],
          [copyText(traitSentence(trait, model, decimals), 'Copy')],
        ],
      };
    },
  });
  const down = traits.findIndex(({ odds }) => !(odds >= 1));
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      <div className={styles.summary} style={{ height: SUMMARY }}>
        <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
          {summary}
        </span>
      </div>
      <div className={cx(own.ends, width >= WIDE && own.wide)} style={{ height: AXIS }} aria-hidden>
        <span />
        <span className={own.scale}>
          <span>{oddsText(1 / reach)}</span>
          <span>1×</span>
          <span>{oddsText(reach)}</span>
        </span>
      </div>
      <ol className={own.list} style={{ height: Math.max(0, height - SUMMARY - AXIS) }}>
        {traits.map((trait, index) => (
          <li key={`${trait.key} ${trait.value}`}>
            {(index === 0 || index === down) && (
              <div className={own.side}>{index === down ? 'Goes with not converting' : 'Goes with converting'}</div>
            )}
            <button {...handlers(index)} className={cx(styles.step, own.row, width >= WIDE && own.wide)}>
              <span className={cx(own.words, width < WIDE && own.wholeLine)}>
                <span className={cx(styles.cut, own.name)} title={traitName(trait)}>
                  {traitName(trait)}
                </span>
                <span className={own.figures}>
                  {formatShare(trait.shareWith, decimals)} with, {formatShare(trait.shareWithout, decimals)} without ·{' '}
                  {formatShare(trait.support, decimals)} had it
                  {Number.isNaN(trait.qValue) ? '' : ` · ${qText(trait.qValue)}`}
                </span>
              </span>
              <OddsBar trait={trait} reach={reach} />
              <span className={own.odds}>{oddsText(trait.odds)}</span>
            </button>
          </li>
        ))}
      </ol>
      {overlay}
    </div>
  );
}

function OddsBar({ trait, reach }: { trait: Trait; reach: number }) {
  const theme = useTheme2();
  const own = useStyles2(getStyles);
  const place = oddsPlace(trait.odds, reach);
  const [low, high] = [oddsPlace(trait.oddsLow, reach), oddsPlace(trait.oddsHigh, reach)];
  const more = trait.odds >= 1;
  const color = theme.visualization.getColorByName(
    more ? (theme.isDark ? 'blue' : 'semi-dark-blue') : theme.isDark ? 'orange' : 'dark-orange'
  );
  const known = !Number.isNaN(trait.oddsLow + trait.oddsHigh);
  return (
    <span className={own.track} aria-hidden>
      <span className={own.middle} />
      <span
        className={own.bar}
        style={{
          left: percent(Math.min(0.5, place)),
          width: percent(Math.abs(place - 0.5)),
          // What may be chance is an outline only.
          background: isSure(trait) === false ? 'transparent' : color,
          border: `1px solid ${color}`,
        }}
      />
      {known && <span className={own.whisker} style={{ left: percent(low), width: percent(high - low) }} />}
    </span>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)}%`;
}

function getStyles(theme: GrafanaTheme2) {
  const small = theme.typography.bodySmall.fontSize;
  return {
    list: css({
      listStyle: 'none',
      margin: 0,
      padding: 0,
      overflowY: 'auto',
      overflowX: 'hidden',
      scrollbarWidth: 'thin',
    }),
    ends: css({
      display: 'grid',
      gridTemplateColumns: '0 minmax(0, 1fr) 84px',
      gap: theme.spacing(0, 1),
      flex: 'none',
      fontSize: small,
      color: theme.colors.text.secondary,
      padding: theme.spacing(0, 0.5),
    }),
    scale: css({
      display: 'flex',
      justifyContent: 'space-between',
      '& > *': { flex: 1 },
      '& > :nth-child(2)': { textAlign: 'center' },
      '& > :last-child': { textAlign: 'right' },
    }),
    side: css({
      fontSize: small,
      color: theme.colors.text.secondary,
      padding: theme.spacing(0.75, 0.5, 0.25),
      borderTop: `1px solid ${theme.colors.border.weak}`,
    }),
    row: css({
      display: 'grid',
      gridTemplateColumns: 'minmax(0, 1fr) 84px',
      gap: theme.spacing(0.25, 1),
      padding: theme.spacing(0.5),
      fontSize: small,
      alignItems: 'center',
      contentVisibility: 'auto',
      containIntrinsicSize: 'auto 42px',
    }),
    wide: css({ '&&': { gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr) 84px' } }),
    words: css({ display: 'flex', flexDirection: 'column', minWidth: 0 }),
    figures: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
    wholeLine: css({ gridColumn: '1 / -1' }),
    name: css({ fontWeight: theme.typography.fontWeightMedium }),
    track: css({ position: 'relative', height: 18, minWidth: 0 }),
    middle: css({
      position: 'absolute',
      left: '50%',
      top: 0,
      bottom: 0,
      width: 1,
      background: theme.colors.border.strong,
    }),
    bar: css({ position: 'absolute', top: 4, height: 10 }),
    whisker: css({ position: 'absolute', top: 8.5, height: 1.5, background: theme.colors.text.maxContrast }),
    odds: css({ textAlign: 'right', fontVariantNumeric: 'tabular-nums', whiteSpace: 'nowrap' }),
  };
}
