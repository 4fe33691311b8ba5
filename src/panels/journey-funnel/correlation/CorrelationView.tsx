import { cx } from '@emotion/css';
import { type AdHocFilterItem, Icon, useStyles2 } from '@grafana/ui';
import React, { useId, useMemo, useState } from 'react';

import { type DrillTarget } from '../../../components/drill-down';
import { formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { useMarks } from '../marks/use-marks';
import { type FunnelOptions } from '../options';
import { oddsText } from '../reasons/describe-reason';
import { oddsReach } from './correlation-scale';
import { getCorrelationStyles } from './correlation-styles';
import { correlationSummary, describeTrait, qText, traitName, traitSentence, traitSide } from './describe-trait';
import { OddsBar } from './OddsBar';
import { arrangeTraits, type CorrelationModel, type Trait } from './read-correlation';
import { traitActions } from './trait-actions';

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
/** More of what is no finding is shown on demand only. */
const FEW = 5;

/** What goes with converting, and what with not: a bar of odds to either side of 1×, with its interval; last what is no finding. */
export function CorrelationView({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getCorrelationStyles);
  const [chosen, setOpen] = useState<boolean>();
  const listId = useId();
  const { decimals } = options;
  const { marker } = model;
  const { judged, necessary } = useMemo(() => arrangeTraits(model.traits), [model]);
  const folds = necessary.length > FEW;
  const open = !folds || (chosen ?? judged.length === 0);
  const traits = open ? [...judged, ...necessary] : judged;
  const reach = oddsReach(judged);
  const summary = correlationSummary(model, decimals);
  const { root, handlers, overlay } = useMarks({
    count: traits.length,
    testId: testIds.funnel.trait,
    sentenceOf: (index) => traitSentence(traits[index], model, decimals),
    markOf: (index) => {
      const trait = traits[index];
      return {
        title: traitName(trait),
        subtitle: traitSide(trait),
        rows: describeTrait(trait, model, decimals),
        footer: marker && `${trait.necessary ? 'It is no finding.' : 'It does not say why.'} ${countedShort(marker)}`,
        actions: traitActions(trait, model, { ...context, decimals }),
      };
    },
  });
  const down = judged.findIndex(({ odds }) => !(odds >= 1));
  const axis = judged.length > 0 ? AXIS : 0;
  const why = `On the way for practically everyone who converted: no finding (${formatCount(necessary.length)})`;
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      <div className={styles.summary} style={{ height: SUMMARY }}>
        <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
          {summary}
        </span>
      </div>
      {axis > 0 && (
        <div className={cx(own.ends, width >= WIDE && own.wide)} style={{ height: axis }} aria-hidden>
          <span />
          <span className={own.scale}>
            <span>{oddsText(1 / reach)}</span>
            <span>1×</span>
            <span>{oddsText(reach)}</span>
          </span>
        </div>
      )}
      <div className={own.list} style={{ height: Math.max(0, height - SUMMARY - axis) }}>
        {judged.length > 0 ? (
          <ol className={own.rows}>
            {judged.map((trait, index) => (
              <li key={`${trait.key} ${trait.value}`}>
                {(index === 0 || index === down) && <div className={own.side}>{traitSide(trait)}</div>}
                <button {...handlers(index)} className={cx(styles.step, own.row, width >= WIDE && own.wide)}>
                  <span className={cx(own.words, width < WIDE && own.wholeLine)}>
                    <TraitName trait={trait} />
                    <span className={own.figures}>
                      {formatShare(trait.shareWith, decimals)} with, {formatShare(trait.shareWithout, decimals)} without
                      · {formatShare(trait.support, decimals)} had it
                      {Number.isNaN(trait.qValue) ? '' : ` · ${qText(trait.qValue)}`}
                    </span>
                  </span>
                  <OddsBar trait={trait} reach={reach} />
                  <span className={own.odds}>{oddsText(trait.odds)}</span>
                </button>
              </li>
            ))}
          </ol>
        ) : (
          <div className={own.none}>
            No value is left to be judged. Compare other keys, leave out less, or compare what is necessary too.
          </div>
        )}
        {folds ? (
          <button
            type="button"
            className={cx(own.side, own.why)}
            aria-expanded={open}
            aria-controls={open ? listId : undefined}
            data-testid={testIds.funnel.necessary}
            onClick={() => setOpen(!open)}
          >
            <Icon name={open ? 'angle-down' : 'angle-right'} size="sm" /> {why}
          </button>
        ) : (
          necessary.length > 0 && (
            <div className={cx(own.side, own.why)} data-testid={testIds.funnel.necessary}>
              {why}
            </div>
          )
        )}
        {open && necessary.length > 0 && (
          <ol className={own.rows} id={listId}>
            {necessary.map((trait, index) => (
              <li key={`${trait.key} ${trait.value}`}>
                <button {...handlers(judged.length + index)} className={cx(styles.step, own.row, own.quiet)}>
                  <span className={own.words}>
                    <TraitName trait={trait} />
                    <span className={own.figures}>
                      {formatShare(trait.convertedSupport, decimals)} of those who converted had it ·{' '}
                      {formatShare(trait.support, decimals)} of all
                    </span>
                  </span>
                </button>
              </li>
            ))}
          </ol>
        )}
      </div>
      {overlay}
    </div>
  );
}

function TraitName({ trait }: { trait: Trait }) {
  const styles = useStyles2(getFunnelStyles);
  const own = useStyles2(getCorrelationStyles);
  const name = traitName(trait);
  return (
    <span className={cx(styles.cut, own.name)} title={name}>
      {name}
    </span>
  );
}
