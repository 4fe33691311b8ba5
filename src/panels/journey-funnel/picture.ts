import { type DataFrame } from '@grafana/data';
import { type FunnelMarker } from '@apitrail/contract';

import { frameMarker } from '../../components/find-field';
import { plural } from '../../components/format';
import { type ModelResult, type PanelMessageContent } from '../../components/panel-state';
import { type AttemptsModel, readAttempts } from './attempts/read-attempts';
import { type CorrelationModel, readCorrelation } from './correlation/read-correlation';
import { funnelModel, type FunnelModel, ownFrames, viewOf } from './model';
import { readReasons, type ReasonsModel } from './reasons/read-reasons';
import { readTrend, type TrendModel } from './trend/read-trend';

/** What there is to draw of an answer, by its view. */
export type Picture =
  | { kind: 'steps'; model: FunnelModel }
  | { kind: 'reasons'; model: ReasonsModel }
  | { kind: 'trend'; model: TrendModel }
  | { kind: 'correlation'; model: CorrelationModel }
  | { kind: 'units'; model: AttemptsModel };

/** Views that are drawn alone, in the order in which one is chosen where there are several. */
const ALONE = ['trend', 'correlation', 'units'] as const;

/** Reads what is to be drawn: steps with what belongs to them, else the first view that has rows. */
export function readPicture(frames: DataFrame[]): ModelResult<Picture> {
  const own = ownFrames(frames).filter((frame) => frame.length > 0);
  const found = (view: string) => own.find((frame) => viewOf(frame) === view);
  const reasons = found('reasons');
  const alone = ALONE.map((kind) => ({ kind, frame: found(kind) })).find(({ frame }) => frame !== undefined);
  if (!found('steps') && alone?.frame) {
    switch (alone.kind) {
      case 'trend':
        return { model: { kind: 'trend', model: readTrend(alone.frame, frames) } };
      case 'correlation':
        return { model: { kind: 'correlation', model: readCorrelation(alone.frame) } };
      default:
        return { model: { kind: 'units', model: readAttempts(alone.frame) } };
    }
  }
  if (reasons && own.every((frame) => viewOf(frame) === 'reasons')) {
    return { model: { kind: 'reasons', model: readReasons(reasons) } };
  }
  const result = funnelModel(frames);
  return 'missing' in result ? result : { model: { kind: 'steps', model: result.model } };
}

/** The views that were asked beside what is drawn, and are not drawn. */
export function viewsLeft(frames: DataFrame[], picture: Picture): string[] {
  const drawn: ReadonlyArray<string | undefined> =
    picture.kind === 'steps' ? ['steps', 'times', 'reasons'] : [picture.kind];
  return [...new Set(ownFrames(frames).map(viewOf))].filter(
    (view): view is NonNullable<typeof view> => view !== undefined && !drawn.includes(view)
  );
}

/** What an answer without rows says of a view whose rows may well be none; undefined of others. */
export function emptyMessage(frames: DataFrame[]): PanelMessageContent | undefined {
  if (frames.some((frame) => frame.length > 0)) {
    return undefined;
  }
  switch (frames.map(viewOf).find((view) => view !== undefined)) {
    case 'reasons':
      return {
        kind: 'empty',
        icon: 'check-circle',
        title: 'Nobody was lost',
        text: 'Everybody who began in this time range got through all steps, or nobody began. The view “steps” tells which.',
      };
    case 'units':
      return {
        kind: 'empty',
        icon: 'users-alt',
        title: 'Nobody is in this list',
        text: 'No attempt of this time range fits what is asked: take off the outcome, step or reason, or widen the range.',
      };
    case 'correlation':
      return {
        kind: 'empty',
        icon: 'gf-layout-simple',
        title: 'Nothing goes with converting',
        text: `No value is held by enough of those who converted and of those who did not to compare them. Widen the range, or compare other keys.${leftOutText(frames)}`,
      };
    default:
      return undefined;
  }
}

/** Reminds of what the query leaves out, where nothing else is there to compare. */
function leftOutText(frames: DataFrame[]): string {
  const compared = frames.map((frame) => frameMarker<FunnelMarker>(frame, 'funnel')?.correlation).find(Boolean);
  const named = compared?.except?.length ?? 0;
  return named > 0 ? ` The query leaves out ${plural(named, 'value or key', 'values and keys')} by name.` : '';
}
