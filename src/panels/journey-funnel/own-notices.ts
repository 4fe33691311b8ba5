import { type QueryResultMetaNotice } from '@grafana/data';

import { earlierText } from '../../components/change';
import { formatCount, formatDuration, formatShare } from '../../components/format';
import { type PanelMessageContent } from '../../components/panel-state';
import { type FunnelModel } from './model';

const MOST = 0.5;

/** What to know about a funnel that its drawing does not say. */
export function funnelNotices(model: FunnelModel): QueryResultMetaNotice[] {
  const { marker, earlierEmpty, unitName, steps, strangeReasons, segments, reasons } = model;
  const notices: QueryResultMetaNotice[] = [];
  const warn = (text: string) => notices.push({ severity: 'warning', text });
  if (earlierEmpty) {
    warn(
      `No ${unitName} took “${steps[0].name}” ${earlierText(marker?.comparison?.timeShift)}: there is nothing to compare with.`
    );
  }
  const waiting = allPending(model);
  if (waiting !== undefined) {
    warn(waiting);
  }
  if (strangeReasons) {
    warn(
      'The reasons are of another funnel and are not drawn: give both queries the same steps, unit, window, filters and options.'
    );
  } else if (reasons && segments && reasons.marker?.breakdown !== marker?.breakdown) {
    notices.push({
      severity: 'info',
      text: `Reasons are of all ${unitName} together: give both queries the same breakdown.`,
    });
  }
  return notices;
}

/** Says when nobody can be judged yet: who has not taken the second step still may. */
function allPending({ steps, unitName, marker, hasSteps }: FunnelModel): string | undefined {
  const second = steps.find((step) => step.before === 0 && !step.optional);
  const entered = steps[0].units;
  if (!hasSteps || !second || entered === 0 || second.units > 0 || second.pending < entered) {
    return undefined;
  }
  const window = marker ? ` The window of ${formatDuration(marker.window)} reaches past the newest data.` : '';
  return `It is too early to tell: all ${formatCount(entered)} ${unitName} may still take “${second.name}”.${window} Choose an earlier range, or a shorter window.`;
}

/** In place of a drawing when nobody took the first step; undefined otherwise. */
export function nobodyEntered(model: FunnelModel): PanelMessageContent | undefined {
  const { marker, unitName, steps, hasSteps } = model;
  if (!hasSteps || steps[0].units > 0) {
    return undefined;
  }
  const left = marker?.rowsWithoutUnit ?? 0;
  const without =
    left > MOST
      ? ` ${formatShare(left)} of the requests name no ${marker?.unit}: follow another unit, such as ${marker?.unit === 'session' ? 'customer' : 'session'}.`
      : '';
  const succeeded = marker?.successOnly
    ? ' A request counts only if it succeeded: switch that off in the query to count all.'
    : '';
  return {
    kind: 'empty',
    icon: 'filter',
    title: `No ${unitName} took the first step`,
    text: `Nothing in this time range matches “${steps[0].name}”. Widen the range, or check the step’s filters.${without}${succeeded}`,
  };
}
