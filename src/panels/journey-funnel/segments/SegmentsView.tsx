import { useStyles2 } from '@grafana/ui';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import { countedShort } from '../counted';
import { getFunnelStyles } from '../funnel-styles';
import { moveInGrid, moveMark } from '../marks/mark-buttons';
import { useMarks } from '../marks/use-marks';
import { type FunnelModel } from '../model';
import { type FunnelOptions } from '../options';
import { describeSegment, segmentSentence, segmentsSummary } from './describe-segment';
import { type SegmentContext, segmentActions } from './segment-actions';
import { SegmentBars } from './SegmentBars';
import { SegmentColumns } from './SegmentColumns';
import { fitsSegmentColumns } from './segment-geometry';
import { SegmentLegend } from './SegmentLegend';
import { SegmentMultiples } from './SegmentMultiples';

interface Props {
  model: FunnelModel;
  options: FunnelOptions;
  width: number;
  height: number;
  context: Omit<SegmentContext, 'decimals'>;
}

const SUMMARY = 22;
const LEGEND = 24;

/** A funnel by the values of a key: a mark for each step of each segment. */
export function SegmentsView({ model, options, width, height, context }: Props) {
  const styles = useStyles2(getFunnelStyles);
  const { steps, segments = [], marker } = model;
  const { decimals } = options;
  const multiples = options.breakdown === 'multiples';
  const summaryHeight = height >= 140 ? SUMMARY : 0;
  const columns =
    !multiples &&
    options.orientation !== 'bars' &&
    fitsSegmentColumns(width, height - summaryHeight - LEGEND, steps.length, segments.length);
  const across = columns || !multiples ? segments.length : steps.length;
  /** Grouped marks go step by step, small funnels segment by segment. */
  const placeOf = (mark: number): [segment: number, step: number] =>
    multiples ? [Math.floor(mark / across), mark % across] : [mark % across, Math.floor(mark / across)];
  const { root, handlers, overlay } = useMarks({
    count: steps.length * segments.length,
    testId: testIds.funnel.segmentStep,
    sentenceOf: (mark) => segmentSentence(model, ...placeOf(mark), decimals),
    move: (mark, key) => {
      const count = steps.length * segments.length;
      return columns || multiples ? moveInGrid(mark, key, count, across) : moveMark(mark, key, count);
    },
    markOf: (mark) => {
      const place = placeOf(mark);
      return {
        ...describeSegment(model, ...place, decimals),
        footer: marker && countedShort(marker),
        actions: segmentActions(model, ...place, { ...context, decimals }),
      };
    },
  });
  const legend = columns ? LEGEND : 0;
  const drawn = { model, options, width, height: height - summaryHeight - legend, handlers };
  const summary = segmentsSummary(model, decimals);
  return (
    <div ref={root} className={styles.root} style={{ width, height }} data-testid={testIds.funnel.root}>
      {summaryHeight > 0 && (
        <div className={styles.summary} style={{ height: summaryHeight }}>
          <span className={styles.cut} title={summary} data-testid={testIds.funnel.summary}>
            {summary}
          </span>
        </div>
      )}
      {columns && (
        <SegmentLegend segments={segments} height={LEGEND} label={`Colors of ${marker?.breakdown ?? 'segments'}`} />
      )}
      {multiples ? (
        <SegmentMultiples {...drawn} />
      ) : columns ? (
        <SegmentColumns {...drawn} />
      ) : (
        <SegmentBars {...drawn} />
      )}
      {overlay}
    </div>
  );
}
