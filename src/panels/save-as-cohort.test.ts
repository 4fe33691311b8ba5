import { type CohortDraft } from '../components/cohorts/cohort-draft';
import { type Action } from '../components/actions';
import { type DrillTarget, FAILED_REQUESTS } from '../components/drill-down';
import { errorsFrame, funnelFrame, heatmapFrame, reasonsFrame } from '../test-utils/frames';
import { DAY, retentionFrame, retentionMarker } from '../test-utils/retention-frames';
import { cellActions } from './endpoint-heatmap/cell-actions';
import { heatmapModel } from './endpoint-heatmap/model';
import { errorsModel } from './error-breakdown/model';
import { rowActions } from './error-breakdown/row-actions';
import { errorRows } from './error-breakdown/rows';
import { funnelModel } from './journey-funnel/model';
import { reasonActions } from './journey-funnel/reasons/reason-actions';
import { readReasons } from './journey-funnel/reasons/read-reasons';
import { stepActions } from './journey-funnel/steps/step-actions';
import { retentionModel } from './retention-cohorts/model';
import { retentionActions } from './retention-cohorts/retention-actions';

const prod = { key: 'environment', operator: '=' as const, value: 'prod' };
const target: DrillTarget = { datasource: { uid: 'lake' }, filters: [prod] };
const range = { from: 0, to: 1 };

function modelIn<T>(result: { model: T } | { missing: string }): T {
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  return result.model;
}

/** What the actions of a mark would open the form with, by their labels. */
function offered(actionsOf: (onSaveCohort: (draft: CohortDraft) => void) => Array<Action | undefined>) {
  const drafts: Record<string, CohortDraft> = {};
  let label = '';
  for (const action of actionsOf((draft) => (drafts[label] = draft))) {
    if (action?.icon === 'save') {
      label = action.label;
      action.run({} as never);
    }
  }
  return drafts;
}

it('a step is saved by who got there and who stopped before it', () => {
  const model = modelIn(funnelModel([funnelFrame()]));
  const drafts = offered((onSaveCohort) => stepActions(model, 1, { target, onSaveCohort }, 1).flat());
  expect(Object.values(drafts).map(({ definition }) => definition.funnel)).toMatchObject([
    { step: 2, outcome: 'converted' },
    { step: 2, outcome: 'dropped' },
  ]);
  const first = offered((onSaveCohort) => stepActions(model, 0, { target, onSaveCohort }, 1).flat());
  expect(Object.keys(first)).toEqual(['Save who got here as cohort…']);
});

it('a reason is saved with the step that was not reached; pending is an outcome of its own', () => {
  const model = readReasons(reasonsFrame());
  const funnels = model.rows.map((row) => {
    const drafts = offered((onSaveCohort) => reasonActions(row, model, { target, decimals: 1, onSaveCohort }).flat());
    const { step, outcome, reason } = drafts['Save as cohort…'].definition.funnel!;
    return [step - 1, outcome, reason];
  });
  expect(funnels).toEqual(
    model.rows.map(({ step, reason }) =>
      reason === 'pending' ? [step, 'pending', undefined] : [step, 'dropped', reason]
    )
  );
});

it('a reason is saved as exactly the units of its row: with its detail, and what is slow where that is not the usual', () => {
  const funnelsOf = (slowFactor: number) => {
    const model = readReasons(reasonsFrame({ slowFactor }));
    return model.rows.map((row) => {
      const drafts = offered((onSaveCohort) => reasonActions(row, model, { target, decimals: 1, onSaveCohort }).flat());
      const { reason, detail, slowFactor: factor } = drafts['Save as cohort…'].definition.funnel!;
      return { reason, detail, factor };
    });
  };
  expect(funnelsOf(5)).toEqual([
    { reason: 'failed', detail: 'POST /cart answered 500', factor: 5 },
    { reason: 'diverted', detail: 'GET /help', factor: 5 },
    { reason: 'silent', detail: undefined, factor: 5 },
    { reason: undefined, detail: undefined, factor: undefined },
    { reason: 'slow', detail: 'POST /pay', factor: 5 },
    { reason: 'excluded', detail: undefined, factor: 5 },
  ]);
  expect(funnelsOf(3).every(({ factor }) => factor === undefined)).toBe(true);
});

it('of details that are summed all of the reason is saved, which is said', () => {
  const model = readReasons(reasonsFrame());
  const row = { ...model.rows[0], detail: '{other}', other: true };
  const actions = reasonActions(row, model, { target, decimals: 1, onSaveCohort: jest.fn() }).flat();
  const saved = offered((onSaveCohort) => reasonActions(row, model, { target, decimals: 1, onSaveCohort }).flat());
  expect(saved['Save as cohort…'].definition.funnel).not.toHaveProperty('detail');
  expect(actions.find((action) => action?.icon === 'save')?.description).toContain('with all details of this reason');
});

it('a reason of one value of a breakdown is not offered', () => {
  const model = readReasons(reasonsFrame());
  const row = { ...model.rows[0], segment: 'eu' };
  expect(offered((save) => reasonActions(row, model, { target, decimals: 1, onSaveCohort: save }).flat())).toEqual({});
});

it('a cohort of retention is saved with its own time, and not where earlier starts count', () => {
  const draftsOf = (starts: 'every' | 'first') => {
    const marker = retentionMarker({ starts });
    const model = modelIn(retentionModel([retentionFrame(marker)]));
    const place = { row: 1, column: -1 };
    return offered((onSaveCohort) =>
      retentionActions(model, place, '', { target, onChangeTimeRange: jest.fn(), onSaveCohort }).flat()
    );
  };
  const { from, start } = retentionMarker();
  expect(Object.values(draftsOf('every'))).toMatchObject([
    { fixed: true, range: { from: from + DAY, to: from + 2 * DAY }, definition: { filters: [prod, ...start] } },
  ]);
  expect(draftsOf('first')).toEqual({});
});

it('an error is saved by who met it', () => {
  const model = modelIn(errorsModel([errorsFrame()]));
  const [row] = errorRows(model, 'each', '', { by: 'requests', direction: 'desc' });
  const [draft] = Object.values(offered((onSaveCohort) => rowActions(model, row, { target, range, onSaveCohort })));
  expect(draft.anyUnit).toBe(true);
  expect(draft.definition.filters).toContainEqual(FAILED_REQUESTS);
  expect(draft.definition.filters).toContainEqual({ key: 'status', operator: '=', value: '503' });
});

it('a cell of the heatmap is saved with its own time', () => {
  const model = modelIn(heatmapModel([heatmapFrame([[0, 1, 5]])]));
  const [draft] = Object.values(
    offered((onSaveCohort) =>
      cellActions(model, 0, 1, '', { target, range, onChangeTimeRange: jest.fn(), onSaveCohort }).flat()
    )
  );
  const { from, to } = model.columns[1];
  expect(draft).toMatchObject({ fixed: true, range: { from, to } });
});
