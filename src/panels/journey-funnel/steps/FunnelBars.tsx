import { css } from '@emotion/css';
import { type GrafanaTheme2 } from '@grafana/data';
import { Icon, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { formatCount, formatDuration, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { funnelColors, getFunnelStyles, stripes } from '../funnel-styles';
import { barShares, earlierUnits, partLengths } from './geometry';
import { type MarkHandlers } from '../marks/mark-buttons';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { reasonFill } from '../reasons/reason-kinds';
import { dropParts } from '../reasons/read-reasons';
import { StepChangeText, StepLoss, StepName, StepNumbers, WorstTag } from './StepFigures';
import { TimesHistogram } from '../times/TimesHistogram';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  handlers: MarkHandlers;
}

const HISTOGRAM_WIDTH = 120;

/** Steps as bars below each other, with what happened between them in words. */
export function FunnelBars({ model, options, width, height, handlers }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getStyles);
  const colors = funnelColors(theme);
  const then = model.earlier ? earlierUnits(model.steps, options.valueDisplay === 'units') : [];
  const shares = barShares(model.steps, then);
  return (
    <div className={own.scroll} style={{ width, height }}>
      <ol className={styles.steps}>
        {model.steps.map((step, index) => {
          const worst = index === model.biggestDrop;
          const { reached, pending, dropped, earlier } = shares[index];
          const timed = options.showTimes && !Number.isNaN(step.medianMs);
          return (
            <li key={index}>
              {index > 0 && (
                <div className={own.between} aria-hidden data-testid={testIds.funnel.transition}>
                  <Icon name="arrow-down" size="sm" className={own.arrow} />
                  <span>{formatShare(step.stepConversion, options.decimals)}</span>
                  {timed && (
                    <span className={styles.small} title={`p90 ${formatDuration(step.p90Ms)}`}>
                      in {formatDuration(step.medianMs)}
                    </span>
                  )}
                  {timed && step.times && width > 420 && (
                    <TimesHistogram buckets={step.times} medianMs={step.medianMs} width={HISTOGRAM_WIDTH} height={18} />
                  )}
                  <StepChangeText model={model} index={index} options={options} room={width} />
                  <StepLoss model={model} index={index} options={options} />
                  {options.showPending && step.pending > 0 && (
                    <span className={styles.small}>{formatCount(step.pending)} pending</span>
                  )}
                  {worst && <WorstTag />}
                </div>
              )}
              <button {...handlers(index)} className={styles.step}>
                <div className={own.line}>
                  <StepName model={model} index={index} />
                  <div className={own.numbers}>
                    {index === 0 && width > 420 && (
                      <StepChangeText model={model} index={index} options={options} room={width} />
                    )}
                    <StepNumbers model={model} index={index} options={options} />
                  </div>
                </div>
                <div className={own.bar} aria-hidden>
                  {earlier !== undefined && (
                    <div
                      className={own.earlier}
                      style={{ width: percent(earlier), borderColor: colors.earlier }}
                      data-testid={testIds.funnel.earlier}
                    />
                  )}
                  <div className={own.track}>
                    <div style={{ width: percent(reached), background: colors.reached }} />
                    {options.showPending && pending > 0 && (
                      <div style={{ width: percent(pending), background: stripes(colors.reached) }} />
                    )}
                    {!step.optional && (
                      <div
                        className={own.dropped}
                        style={{
                          width: percent(dropped),
                          background: worst ? colors.worstDropped : colors.dropped,
                          borderColor: worst ? colors.worst : colors.outline,
                        }}
                      >
                        {partLengths(dropParts(model.reasons, index), step.dropped, 1).map((part) => (
                          <div
                            key={part.reason}
                            style={{ width: percent(part.length), ...reasonFill(part.reason, theme) }}
                            data-testid={testIds.funnel.dropPart}
                            data-reason={part.reason}
                          />
                        ))}
                      </div>
                    )}
                  </div>
                </div>
              </button>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function percent(share: number): string {
  return `${(share * 100).toFixed(3)}%`;
}

function getStyles(theme: GrafanaTheme2) {
  return {
    scroll: css({ overflowY: 'auto', overflowX: 'hidden', scrollbarWidth: 'thin' }),
    line: css({
      display: 'flex',
      alignItems: 'baseline',
      justifyContent: 'space-between',
      gap: theme.spacing(1),
      padding: theme.spacing(0, 0.5),
    }),
    numbers: css({ display: 'flex', alignItems: 'baseline', gap: theme.spacing(0.75), flex: 'none' }),
    bar: css({ position: 'relative', margin: theme.spacing(0.25, 0.5, 0.75) }),
    earlier: css({ position: 'absolute', top: -3, bottom: -3, left: 0, border: '1.5px dashed', borderLeft: 0 }),
    track: css({
      display: 'flex',
      height: 14,
      borderRadius: theme.shape.radius.sm,
      overflow: 'hidden',
    }),
    dropped: css({ display: 'flex', borderRight: '1px dashed' }),
    between: css({
      display: 'flex',
      alignItems: 'center',
      flexWrap: 'wrap',
      columnGap: theme.spacing(1),
      padding: theme.spacing(0.5),
      fontSize: theme.typography.bodySmall.fontSize,
      fontVariantNumeric: 'tabular-nums',
    }),
    arrow: css({ color: theme.colors.text.secondary }),
  };
}
