import { writeFrame, type DataFrameJSON, type Frame, type FrameMarker, type FrameMeta } from '@apitrail/contract';

import { comparisonOf, earlierFrame, noticeComparison, timeShiftOf } from './comparison';
import { prepareCohorts } from './cohorts/prepare';
import type { Answer, HandlerContext } from './handler';
import { leftOutNotices, type LeftOutSource } from './left-out-notice';
import { RunContext, type RunSource } from './run-context';
import { checkPatterns } from './shared/patterns';

/** What one query is run with. */
export interface QueryRun extends RunSource {
  handle: (context: HandlerContext) => Promise<Answer>;
  /** What rules left out of the dataset; undefined where nothing can have been. */
  leftOut?: LeftOutSource | undefined;
}

/** Runs one query over a pinned snapshot and writes its frames, with what was run and what it took in their meta. */
export async function runQuery(run: QueryRun): Promise<DataFrameJSON[]> {
  const started = performance.now();
  const shift = timeShiftOf(run);
  const context = new RunContext(run, shift);
  await checkPatterns(run.query, (statement) => run.engine.run(statement, signalOf(run)));
  const cohorts = await prepareCohorts(run, context);
  const answer = await run.handle(context).finally(async () => {
    await context.close();
    await cohorts?.release();
  });
  const sampled = context.sampled;
  if (sampled !== undefined && sampled > 0) {
    context.notice('info', `${percent(sampled)} of the rows are sampled; numbers are scaled up by their weights.`);
  }
  const sampledBefore = context.earlier?.sampled;
  if (shift && sampledBefore !== undefined && sampledBefore > 0) {
    context.notice('info', `${percent(sampledBefore)} of the rows ${shift.by} earlier are sampled.`);
  }
  if (run.leftOut) {
    const notices = await leftOutNotices(run.query, run.range, run.leftOut);
    notices.forEach((text) => context.notice('info', text));
  }
  noticeMissingData(run, context);
  if (shift) {
    noticeComparison(context, shift);
  }
  const marker: FrameMarker = {
    queryType: run.query.queryType,
    dataset: run.query.dataset,
    from: run.range.from,
    to: run.range.to,
    filters: run.query.filters,
    ...(run.snapshot.version === undefined ? {} : { snapshot: run.snapshot.version }),
    ...(sampled === undefined || sampled === 0 ? {} : { sampled }),
    ...(shift ? { comparison: comparisonOf(shift) } : {}),
    ...(cohorts ? { savedCohorts: cohorts.marker } : {}),
    ...answer.marker,
  };
  // Said once, on the first frame: Grafana lists the notices of all of them.
  const first: FrameMeta = {
    executedQueryString: context.statements.join(';\n\n'),
    stats: context.stats(performance.now() - started),
    ...(context.notices.length === 0 ? {} : { notices: context.notices }),
  };
  const own: Frame[] = answer.frames.length > 0 ? answer.frames : [{ fields: [] }];
  const earlier = shift ? (answer.earlierFrames ?? []).map((frame) => earlierFrame(frame, shift)) : [];
  return [...own, ...earlier].map((frame, index) => {
    const apitrail = shift && index >= own.length ? { ...marker, shift: shift.by } : marker;
    const meta = { ...frame.meta, ...(index === 0 ? first : {}), custom: { ...frame.meta?.custom, apitrail } };
    return writeFrame({ ...frame, meta }, run.query.refId);
  });
}

function signalOf({ signal }: QueryRun) {
  return signal === undefined ? {} : { signal };
}

function noticeMissingData({ snapshot, range, query }: QueryRun, context: RunContext): void {
  const { oldest, newest, rows, missing } = snapshot;
  if (missing !== undefined) {
    context.notice('warning', missing);
  }
  if (rows === 0 || snapshot.files === 0) {
    context.notice('info', `The dataset ${query.dataset} is empty: nothing was imported or received yet.`);
  } else if (oldest !== null && newest !== null && (range.to <= oldest || range.from > newest)) {
    const iso = (time: number) => new Date(time).toISOString();
    context.notice(
      'info',
      `There is no data in this range. The dataset ${query.dataset} has data from ${iso(oldest)} to ${iso(newest)}.`
    );
  } else if (oldest !== null && oldest - range.from > (range.to - range.from) / 10) {
    context.notice(
      'info',
      `Data begins at ${new Date(oldest).toISOString()}; what lies before in this range is missing.`
    );
  }
}

function percent(share: number): string {
  const value = share * 100;
  return `${value >= 1 ? Math.round(value) : value.toPrecision(1)} %`;
}
