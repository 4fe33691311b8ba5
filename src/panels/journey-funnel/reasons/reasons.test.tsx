import { act, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../../components/test-ids';
import { funnelFrame, HOUR, reasonsFrame, START } from '../../../test-utils/frames';
import { panelData, panelProps } from '../../../test-utils/panel-props';
import { JourneyFunnelPanel } from '../JourneyFunnelPanel';
import { funnelModel } from '../model';
import { defaultOptions } from '../options';
import { partLengths } from '../steps/geometry';
import { reasonsPlace } from '../steps/reasons-place';
import { ReasonsList } from '../views';
import {
  comparedWords,
  describeReason,
  earlierWords,
  judgedWords,
  nameParts,
  oddsText,
  significanceWords,
} from './describe-reason';
import { dropParts, orderedReasons, readReasons } from './read-reasons';

jest.setTimeout(60_000);

beforeAll(() => ReasonsList.preload());

const model = readReasons(reasonsFrame());
const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);
const data = panelData([funnelFrame(), { ...reasonsFrame(), refId: 'B' }], {});
const names = () => screen.getAllByTestId(testIds.funnel.reason).map((row) => row.textContent);

describe('reasons beside steps', () => {
  it('are put to the steps of the same funnel, and not to those of another', () => {
    const result = funnelModel([funnelFrame(), reasonsFrame()]);
    expect('model' in result && result.model.reasons?.rows).toHaveLength(6);
    const other = funnelModel([funnelFrame(), reasonsFrame({ window: 2 * HOUR })]);
    expect(other).toMatchObject({ model: { strangeReasons: true } });
    expect('model' in other && other.model.reasons).toBeUndefined();
  });

  it('divide who dropped, most to blame first; who is pending has not dropped', () => {
    expect(dropParts(model, 1)).toEqual([
      { reason: 'failed', units: 300 },
      { reason: 'diverted', units: 150 },
      { reason: 'silent', units: 100 },
    ]);
    expect(dropParts(model, 2).map(({ reason }) => reason)).toEqual(['slow', 'excluded']);
  });

  it('fill what was dropped, and no more where they say more', () => {
    const parts = partLengths(dropParts(model, 1), 550, 110);
    expect(parts.map(({ from, length }) => [Math.round(from), Math.round(length)])).toEqual([
      [0, 60],
      [60, 30],
      [90, 20],
    ]);
    const [first] = partLengths(dropParts(model, 1), 100, 110);
    expect(first.length).toBeCloseTo(60);
  });
});

describe('a reason in words', () => {
  const [failed, diverted] = model.rows;

  it('says how it compares with those who converted', () => {
    expect(comparedWords(failed)).toBe('9× as common as among those who converted');
    expect(significanceWords(failed)).toBe('significant, p < 0.001');
    expect(comparedWords({ ...failed, controlUnits: 0 })).toBe('nobody who converted had it');
    expect(comparedWords(model.rows[2])).toBeUndefined();
    expect(significanceWords({ ...diverted, pValue: 0.3 })).toBe('may be chance, p 0.30');
  });

  it('of fewer than five units says only that they are too few', () => {
    const few = { ...failed, units: 1, share: 1, odds: 197, pValue: 0.001, oddsLow: 3 };
    expect(judgedWords(few, 'customers')).toBe('too few customers to compare');
    expect(judgedWords(failed, 'customers')).toMatch(/significant/);
    expect(orderedReasons([few, failed], 'odds')[0]).toBe(failed);
  });

  it('says what it was at the earlier time; what is gone comes last', () => {
    const marker = { ...model.marker!, comparison: { timeShift: '1w' } as never };
    const earlier = { units: 400, share: 0.5 };
    expect(earlierWords({ ...failed, earlier }, { ...model, marker }, 1)).toBe('400 (50.0%) 1 week earlier, −25%');
    const gone = { ...failed, units: 0, share: 0, earlier };
    expect(earlierWords(gone, { ...model, marker }, 1)).toBe('400 (50.0%) 1 week earlier, gone');
    expect(orderedReasons([gone, ...model.rows], 'odds').at(-1)).toBe(gone);
    expect(describeReason({ ...failed, earlier }, { ...model, marker }, 1)).toContainEqual({
      label: 'Earlier',
      value: '400 (50.0%) 1 week earlier, −25%',
    });
  });

  it.each([
    ['POST /pay/{id} answered 500 (TypeError)', ['POST /pay/{id}', ' answered 500 (TypeError)']],
    ['GET /a had no answer', ['GET /a', ' had no answer']],
    ['GET /help', ['GET /help', '']],
  ])('%s is cut before how it ended', (name, parts) => {
    expect(nameParts(name)).toEqual(parts);
  });

  it.each([
    [3.42, '3.4×'],
    [0.124, '0.12×'],
    [41.6, '42×'],
    [1e9, 'over 1,000×'],
    [Infinity, 'over 1,000×'],
    [NaN, '–'],
  ])('odds of %d are %s', (odds, text) => {
    expect(oddsText(odds)).toBe(text);
  });
});

it('are listed by how telling they are, what may be chance after it, who is pending last', () => {
  const reasons = (order: 'odds' | 'units' | 'step') => orderedReasons(model.rows, order).map(({ reason }) => reason);
  expect(reasons('odds')).toEqual(['failed', 'slow', 'diverted', 'silent', 'excluded', 'pending']);
  expect(reasons('units')).toEqual(['failed', 'diverted', 'silent', 'slow', 'excluded', 'pending']);
  expect(reasons('step')).toEqual(['failed', 'diverted', 'silent', 'pending', 'slow', 'excluded']);
});

it('of what is surely more common among those who stopped comes first what is ours, the most it cost', () => {
  const [failed] = model.rows;
  const sure = { ...failed, pValue: 0.001, oddsLow: 2 };
  const rows = [
    { ...sure, detail: 'declined', errorOwner: 'client', units: 900, odds: 30 },
    { ...sure, detail: 'one of us', errorOwner: 'own', units: 10, odds: 200 },
    { ...sure, detail: 'chance', errorOwner: 'own', units: 500, odds: 90, pValue: 0.4 },
    { ...sure, detail: 'many of us', errorOwner: 'upstream', units: 40, odds: 4 },
  ];
  expect(orderedReasons(rows, 'odds').map(({ detail }) => detail)).toEqual([
    'many of us',
    'one of us',
    'declined',
    'chance',
  ]);
});

it.each([
  ['auto', 1200, 400, 5, 'beside'],
  ['auto', 800, 600, 5, 'below'],
  ['auto', 300, 400, 5, 'instead'],
  ['below', 800, 200, 5, 'instead'],
  ['hidden', 2000, 900, 5, 'hidden'],
] as const)('with %s in %d × %d pixels of %d steps the list goes %s', (asked, width, height, steps, place) => {
  expect(reasonsPlace(asked, width, height, steps)).toBe(place);
});

describe('in the panel', () => {
  it.each(['columns', 'bars'] as const)('the drop of %s is stacked by reason, with a key to it', (orientation) => {
    show({ ...defaultOptions, orientation }, data, { width: 1300 });
    const parts = screen.getAllByTestId(testIds.funnel.dropPart).map((part) => part.dataset.reason);
    expect(parts).toEqual(['failed', 'diverted', 'silent', 'slow', 'excluded']);
    const key = screen.getByTestId(testIds.funnel.key);
    expect(key).toHaveTextContent('PendingFailedSlowWent elsewhereLeftExcluded');
    expect(key).not.toHaveTextContent('Dropped');
  });

  it('the tooltip of a step has its reasons', () => {
    show(defaultOptions, data, { width: 1300 });
    fireEvent.mouseMove(screen.getByRole('button', { name: /^2 Cart/ }), { clientX: 5, clientY: 5 });
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('– Failed300 (54.5%)');
  });

  it('a narrow one has a switch to the list, whose order is chosen from a list', async () => {
    jest
      .spyOn(HTMLCanvasElement.prototype, 'getContext')
      .mockReturnValue({ measureText: (text: string) => ({ width: text.length * 8 }) } as unknown as null);
    show(defaultOptions, data, { width: 300 });
    expect(screen.queryByTestId(testIds.funnel.reasons)).not.toBeInTheDocument();
    await userEvent.click(screen.getByRole('radio', { name: 'Reasons' }));
    expect(names()).toHaveLength(6);
    expect(screen.getByRole('combobox', { name: 'Order of reasons' })).toHaveValue('Most telling');
    jest.restoreAllMocks();
  });

  it('says that reasons of another funnel are not drawn', () => {
    show(defaultOptions, panelData([funnelFrame(), reasonsFrame({ unit: 'session' })]));
    expect(screen.getByTestId(testIds.notices)).toHaveTextContent('The reasons are of another funnel');
  });

  it('reasons alone are a list', () => {
    show(defaultOptions, panelData([reasonsFrame()]));
    expect(names()[0]).toMatch(/POST \/cart answered 500.*300.*9× as common as among those who converted/);
    expect(screen.getByTestId(testIds.funnel.counted)).toBeInTheDocument();
  });

  it('without a row nobody was lost', () => {
    const empty = { ...reasonsFrame(), length: 0 };
    show(defaultOptions, panelData([{ ...empty, fields: empty.fields.map((f) => ({ ...f, values: [] })) }]));
    expect(screen.getByRole('status')).toHaveTextContent('Nobody was lost');
  });
});

describe('the menu of a reason', () => {
  const asked = (name: RegExp) => {
    const href = screen.getByRole('menuitem', { name }).getAttribute('href') ?? '';
    const panes = JSON.parse(new URL(href, 'http://grafana').searchParams.get('panes') ?? '{}');
    const [pane] = Object.values(panes) as Array<{
      queries: Array<Record<string, unknown>>;
      range: { from: string; to: string };
    }>;
    return { query: pane.queries[0], range: [Number(pane.range.from), Number(pane.range.to)] };
  };
  const open = async (name: RegExp) => {
    show(defaultOptions, panelData([reasonsFrame()]));
    await userEvent.click(screen.getByRole('button', { name }));
  };

  it('leads to its requests and its errors, up to a window after the range', async () => {
    await open(/POST \/cart answered 500/);
    const requests = asked(/Open these requests/);
    expect(requests.query).toMatchObject({ queryType: 'requests', filters: model.rows[0].filters });
    expect(requests.range).toEqual([START, START + 25 * HOUR]);
    expect(asked(/Open these errors/).query).toMatchObject({ queryType: 'errors', groupBy: ['error_group'] });
  });

  it('leads to its units, as a query of the same funnel', async () => {
    await open(/POST \/cart answered 500/);
    const { query, range } = asked(/List these customers/);
    expect(query).toMatchObject({
      queryType: 'funnel',
      view: 'units',
      step: 2,
      reason: 'failed',
      detail: model.rows[0].detail,
      slowFactor: 3,
      reasons: true,
      window: '3600000ms',
    });
    expect(query.steps).toEqual(model.marker?.steps);
    expect(range).toEqual([START, START + 24 * HOUR]);
  });

  it('offers no requests where none are meant', async () => {
    await open(/^Left/);
    expect(screen.queryByRole('menuitem', { name: /requests/ })).not.toBeInTheDocument();
    expect(screen.getByRole('menuitem', { name: /List these customers/ })).toBeInTheDocument();
  });
});

it('says all of a reason to those who do not see it, and moves by arrows', async () => {
  show(defaultOptions, panelData([reasonsFrame()]));
  const [first, second] = screen.getAllByTestId(testIds.funnel.reason);
  expect(first).toHaveAccessibleDescription(/Not reached: step 2, Cart, .*Of those who got on 40 \(10.0%\) of 400/);
  act(() => first.focus());
  await userEvent.keyboard('{ArrowDown}');
  expect(second).toHaveFocus();
  expect(within(second).getByText(/Slow/)).toBeInTheDocument();
});
