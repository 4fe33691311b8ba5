import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { filterText } from '../../../components/filter-text';
import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { useMarks } from '../marks/use-marks';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { FunnelTimes } from '../times/FunnelTimes';
import { describeStep, funnelSummary, stepSentence } from './describe';
import { FunnelBars } from './FunnelBars';
import { FunnelColumns } from './FunnelColumns';
import { FunnelKey, keySize } from './FunnelKey';
import { fitsColumns } from './geometry';
import { rowFilters } from './stages';
import { stepActions, type StepContext } from './step-actions';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  context: StepContext;
}

const SUMMARY_HEIGHT = 24;
const SUMMARY_TWO_LINES = 44;
const SUMMARY_THREE_LINES = 62;
const SUMMARY_FOUR_LINES = 82;
/** Below these widths the key goes below the summary, and takes two lines. */
const KEY_BELOW = { plain: 680, compared: 1160 };
const KEY_TWO_LINES = 520;
/** About how wide a letter of the key is, and the swatch and gap of an item. */
const CHARACTER = 6.6;
const SWATCH = 28;

/** One funnel: its steps as columns or bars, or the times between them. */
export function FunnelView({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const { steps, marker } = model;
  const { decimals } = options;

  const summaryHeight = heightOfSummary(width, height, model, options.showPending);
  const room = height - summaryHeight;
  const summary = model.hasSteps ? funnelSummary(model, decimals) : `Time from step to step, ${model.unitName}`;
  const columns =
    options.orientation === 'columns' || (options.orientation === 'auto' && fitsColumns(width, room, steps.length));

  const { root, handlers, overlay } = useMarks({
    count: steps.length,
    testId: testIds.funnel.step,
    sentenceOf: (index) => stepSentence(model, index, decimals),
    markOf: (index) => {
      const filters = marker && rowFilters(marker, index);
      const said = [
        index === model.biggestDrop ? 'Biggest drop-off. ' : '',
        filters && filters.length > 0 ? filterText(filters) : '',
      ].join('');
      return {
        title: `${index + 1} ${steps[index].name}`,
        rows: describeStep(model, index, decimals),
        footer: (said || marker) && (
          <>
            {said && <div>{said}</div>}
            {marker && <div>{countedShort(marker)}</div>}
          </>
        ),
        actions: stepActions(model, index, context, decimals),
      };
    },
  });

  const drawn = { model, options, width, height: room, handlers };
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      {summaryHeight > 0 && (
        <div className={styles.summary} style={{ height: summaryHeight }}>
          <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
            {summary}
          </span>
          {(model.hasSteps || model.earlier) && <FunnelKey model={model} showPending={options.showPending} />}
        </div>
      )}
      {!model.hasSteps ? (
        <FunnelTimes model={model} width={width} height={room} />
      ) : columns ? (
        <FunnelColumns {...drawn} />
      ) : (
        <FunnelBars {...drawn} />
      )}
      {overlay}
    </div>
  );
}

/** Room for the summary and, where it has to go below it, all lines of the key. */
export function heightOfSummary(width: number, height: number, model: FunnelModel, showPending: boolean): number {
  const { earlier, hasSteps, reasons } = model;
  if (height < 140) {
    return 0;
  }
  const { characters, items } = keySize(model, showPending);
  const lines = Math.ceil((characters * CHARACTER + items * SWATCH) / (width * 0.92));
  const below = height > 200 && lines > 1 ? Math.min(SUMMARY_FOUR_LINES, SUMMARY_HEIGHT + 19 * lines) : 0;
  const long = hasSteps && (earlier !== undefined || reasons !== undefined);
  if (long && width < KEY_TWO_LINES && height > 200) {
    return Math.max(below, earlier && reasons ? SUMMARY_FOUR_LINES : SUMMARY_THREE_LINES);
  }
  return Math.max(below, width < (long ? KEY_BELOW.compared : KEY_BELOW.plain) ? SUMMARY_TWO_LINES : SUMMARY_HEIGHT);
}
