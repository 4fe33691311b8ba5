import { cx } from '@emotion/css';
import { Icon, useStyles2 } from '@grafana/ui';
import React from 'react';

import { earlierText } from '../../../components/change';
import { capital, formatCount, formatShare } from '../../../components/format';
import { testIds } from '../../../components/test-ids';
import { getFunnelStyles } from '../funnel-styles';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { stepChange } from './significance';

interface Props {
  model: FunnelModel;
  index: number;
  options: FunnelOptions;
}

const STEP_KINDS = {
  optional: 'May be left out: nobody is lost here',
  anchored: 'Keeps its place: the steps before it come before it, in any order',
};

/** The name of a step with its number. */
export function StepName({ model, index }: Pick<Props, 'model' | 'index'>) {
  const styles = useStyles2(getFunnelStyles);
  const { name, optional, place } = model.steps[index];
  const tag = optional ? 'optional' : place === 'anchored' ? 'anchored' : undefined;
  return (
    <div className={styles.name}>
      {place !== 'any' && <span className={styles.number}>{index + 1}</span>}{' '}
      <span className={styles.cut} title={name}>
        {name}
      </span>
      {tag && (
        <span className={styles.kind} title={STEP_KINDS[tag]}>
          {tag}
        </span>
      )}
    </div>
  );
}

/** The large number of a step and the one beside it. */
export function StepNumbers({ model, index, options }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const step = model.steps[index];
  const conversion = formatShare(step.conversion, options.decimals);
  const units = formatCount(step.units);
  const byUnits = options.valueDisplay === 'units';
  return (
    <>
      <span className={styles.large}>{byUnits ? units : conversion}</span>{' '}
      <span className={styles.small}>{byUnits ? conversion : `${units} ${model.unitName}`}</span>
    </>
  );
}

/** What was lost on the way to a step, in words or, where room is short, with an arrow. */
export function StepLoss({ model, index, options, brief }: Props & { brief?: boolean }) {
  const styles = useStyles2(getFunnelStyles);
  const step = model.steps[index];
  const before = step.before === undefined ? undefined : model.steps[step.before];
  if (!before) {
    return null;
  }
  if (step.optional) {
    return <span className={styles.small}>may be left out</span>;
  }
  if (step.units === 0 && before.units > 0 && step.pending < before.units) {
    return <span className={cx(styles.small, styles.worst)}>nobody got here</span>;
  }
  const count = formatCount(step.dropped);
  const share = before.units > 0 ? ` (${formatShare(step.dropped / before.units, options.decimals)})` : '';
  const className = cx(styles.small, index === model.biggestDrop && styles.worst);
  return brief ? (
    <span className={className}>
      <Icon name="arrow-down" size="xs" /> {count}
      {share}
    </span>
  ) : (
    <span className={className}>{`${count} dropped${share}`}</span>
  );
}

interface ChangeProps extends Props {
  /** Room in pixels: with enough of it the change is judged in words, else by its arrow alone. */
  room: number;
}

const WORDS_ROOM = 190;

/** How a step has changed since the earlier time: whom it had, or of the step before. */
export function StepChangeText({ model, index, options, room }: ChangeProps) {
  const styles = useStyles2(getFunnelStyles);
  const change = stepChange(model, index, options.decimals);
  if (!change) {
    return null;
  }
  const than = earlierText(model.earlier?.timeShift);
  const of = index === 0 ? capital(model.unitName) : 'Of the step before';
  return (
    <span
      className={cx(styles.small, change.significant && styles.significant)}
      title={`${of}: ${change.full}, compared with ${than}`}
      data-testid={testIds.funnel.change}
    >
      {[index === 0 ? '' : 'Step', change.text, room >= WORDS_ROOM ? change.words : ''].filter(Boolean).join(' ')}
    </span>
  );
}

export function WorstTag() {
  const styles = useStyles2(getFunnelStyles);
  return (
    <span className={styles.tag} data-testid={testIds.funnel.biggestDrop}>
      Biggest drop-off
    </span>
  );
}
