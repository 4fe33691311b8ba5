import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { parseQuery } from '@apitrail/contract';

import { testIds } from '../../components/test-ids';
import {
  attemptsFrame,
  correlationFrame,
  frameOf,
  funnelFrame,
  funnelMarker,
  necessaryFrame,
  START,
  trendFrame,
} from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { oddsPlace } from './correlation/correlation-scale';
import { countedLines } from './counted';
import { JourneyFunnelPanel } from './JourneyFunnelPanel';
import { funnelModel } from './model';
import { defaultOptions } from './options';
import { rowBefore, stepsOfRows } from './steps/stages';
import { AttemptsView, CorrelationView } from './views';

jest.setTimeout(60_000);

beforeAll(() => Promise.all([AttemptsView.preload(), CorrelationView.preload()]));

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyFunnelPanel {...panelProps(...args)} />);
const named = (...names: string[]) => names.map((name) => ({ name, filters: [] }));

describe('correlation', () => {
  it('lists what goes with converting, then what with not, each strongest first', () => {
    show(defaultOptions, panelData([correlationFrame()]));
    expect(screen.getAllByTestId(testIds.funnel.trait).map((row) => row.textContent)).toEqual([
      expect.stringMatching(/^route: \/voucher60.0% with, 22.5% without · 20.0% had it · q < 0.0015.2×/),
      expect.stringContaining('route: /error'),
      expect.stringContaining('route: /help'),
    ]);
    expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent(
      'What goes with getting to Pay: 30.0% of 1,000 customers did'
    );
  });

  const traits = () => screen.getAllByTestId(testIds.funnel.trait).map((row) => row.textContent);
  const ends = (frame: ReturnType<typeof necessaryFrame>) => {
    const { unmount } = show(defaultOptions, panelData([frame]));
    const drawn = screen.getByText('1×').parentElement?.textContent;
    unmount();
    return drawn;
  };

  it('lists what is necessary last and says why, without odds, and the axis does not reach to it', () => {
    show(defaultOptions, panelData([necessaryFrame(2)]));
    expect(traits()).toEqual([
      expect.stringContaining('route: /voucher'),
      expect.stringContaining('route: /error'),
      expect.stringContaining('route: /help'),
      'route: /way/199.8% of those who converted had it · 50.0% of all',
      'route: /way/299.8% of those who converted had it · 50.0% of all',
    ]);
    expect(screen.getByTestId(testIds.funnel.necessary)).toHaveTextContent(
      'On the way for practically everyone who converted: no finding (2)'
    );
    cleanup();
    expect(ends(necessaryFrame(2))).toBe(ends(correlationFrame()));
  });

  it('folds what is necessary where it is many, and opens it where nothing else is', async () => {
    show(defaultOptions, panelData([necessaryFrame(6)]));
    const fold = screen.getByTestId(testIds.funnel.necessary);
    expect(fold).toHaveAttribute('aria-expanded', 'false');
    expect(traits()).toHaveLength(3);
    await userEvent.click(fold);
    expect(traits()).toHaveLength(9);
    cleanup();
    const frame = necessaryFrame(6);
    const only = frame.fields.map((field) => ({ ...field, values: field.values.slice(3) }));
    show(defaultOptions, panelData([{ ...frame, fields: only, length: 6 }]));
    expect(traits()).toHaveLength(6);
    expect(screen.getByText(/No value is left to be judged/)).toBeInTheDocument();
  });

  it('says how many were compared, and what was left out', () => {
    const except = [{ key: 'route', value: 'GET /home' }, { key: 'user_agent' }];
    show(defaultOptions, panelData([correlationFrame({ compared: 12, leftOut: 1, except })]));
    expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent(
      'customers did · 12 values compared, 1 left out, without user_agent'
    );
  });

  it('asks again without a value, or without its key, keeping what is left out already', async () => {
    const except = [{ key: 'route', value: 'GET /home' }, { key: 'user_agent' }];
    show(defaultOptions, panelData([necessaryFrame(1, { keys: ['route', 'region'], except, compareNecessary: true })]));
    const asked = (label: string) => {
      const href = screen.getByRole('menuitem', { name: new RegExp(label) }).getAttribute('href') ?? '';
      return JSON.parse(new URL(href, 'http://g').searchParams.get('panes') ?? '').funnel.queries[0];
    };
    await userEvent.click(screen.getByRole('button', { name: /\/way\/1/ }));
    const query = asked('Leave out of correlation');
    expect(query).toMatchObject({
      view: 'correlation',
      step: 3,
      correlate: ['route', 'region', 'user_agent'],
      correlateNecessary: true,
      correlateExcept: [...except, { key: 'route', value: '/way/1' }],
    });
    expect(() => parseQuery(query)).not.toThrow();
    expect(asked('Leave route out of correlation').correlateExcept).toEqual([...except, { key: 'route' }]);
    expect(screen.getByRole('menuitem', { name: /Leave out of correlation/ })).toHaveTextContent(
      /edit the query of its panel/
    );
  });

  it('does not offer to leave out the only key, nor more than a query takes', async () => {
    const except = Array.from({ length: 100 }, (_, index) => ({ key: 'route', value: `/${index}` }));
    show(defaultOptions, panelData([correlationFrame({ except })]));
    await userEvent.click(screen.getByRole('button', { name: /\/voucher/ }));
    expect(screen.getByRole('menuitem', { name: /Leave out of correlation/ })).toBeDisabled();
    expect(screen.queryByRole('menuitem', { name: /Leave route out/ })).not.toBeInTheDocument();
  });

  it('reminds of what is left out where nothing can be compared', () => {
    const frame = correlationFrame({
      compared: 0,
      leftOut: 3,
      except: [{ key: 'route', value: '/a' }, { key: 'region' }],
    });
    const fields = frame.fields.map((field) => ({ ...field, values: [] }));
    show(defaultOptions, panelData([{ ...frame, fields, length: 0 }]));
    expect(screen.getByText(/The query leaves out 2 values and keys by name/)).toBeInTheDocument();
  });

  it('puts half and double as far from the middle', () => {
    expect([0.5, 1, 2, 1000, NaN].map((odds) => oddsPlace(odds, 4))).toEqual([0.25, 0.5, 0.75, 1, 0.5]);
  });
});

describe('units', () => {
  it('are a table that says how many there are in all, and leads to their requests', async () => {
    show(defaultOptions, panelData([attemptsFrame()]));
    expect(screen.getByTestId(testIds.funnel.summary)).toHaveTextContent('2 of 120 customers');
    expect(screen.getAllByRole('row').map((row) => row.textContent)[1]).toMatch(/^ada1ViewstoppedFailed/);
    await userEvent.click(screen.getByRole('button', { name: 'bob' }));
    const href = screen.getByRole('menuitem', { name: /Open its requests/ }).getAttribute('href') ?? '';
    const { queries, range } = JSON.parse(new URL(href, 'http://g').searchParams.get('panes') ?? '').requests;
    expect(queries[0].filters).toEqual([{ key: 'customer', operator: '=', value: 'bob' }]);
    expect(range.from).toBe(String(START));
  });

  it('without a row say that nobody is in the list', () => {
    show(defaultOptions, panelData([frameOf([], funnelMarker({ view: 'units', total: 0 }))]));
    expect(screen.getByRole('status')).toHaveTextContent('Nobody is in this list');
  });
});

it('says which views are not drawn beside steps', () => {
  show(defaultOptions, panelData([funnelFrame(), trendFrame()]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent('Not drawn here: trend');
});

it('says that it is too early to tell when everybody is pending', () => {
  const frame = funnelFrame();
  const fields = frame.fields.map((field) => {
    const values = { units: [10, 0, 0], dropped: [0, 0, 0], pending: [0, 10, 0] }[field.name];
    return values ? { ...field, values } : field;
  });
  show(defaultOptions, panelData([{ ...frame, fields }]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent(
    'It is too early to tell: all 10 customers may still take “Cart”. The window of 1 h reaches past the newest data.'
  );
});

describe('orders and options', () => {
  it('rows between anchored steps are any of the steps there', () => {
    const steps = [...named('a', 'b'), { name: 'c', filters: [], anchored: true }, ...named('d')];
    expect(stepsOfRows({ order: 'any', steps })).toEqual([[0, 1], [0, 1], [2], [3]]);
    expect(stepsOfRows({ order: 'ordered', steps })).toEqual([[0], [1], [2], [3]]);
  });

  it('a step counts from the last that cannot be left out, and nobody is lost at one that can', () => {
    const steps = funnelMarker().steps.map((step, index) => ({ ...step, optional: index === 1 }));
    const marker = funnelMarker({ steps });
    expect(rowBefore(marker, 2)).toBe(0);
    const result = funnelModel([funnelFrame(marker)]);
    expect('model' in result && result.model.steps.map((s) => [s.before, s.optional])).toEqual([
      [undefined, false],
      [0, true],
      [0, false],
    ]);
    show(defaultOptions, panelData([funnelFrame(marker)]));
    expect(screen.getByRole('button', { name: /^2 Cart optional/ })).toHaveTextContent('may be left out');
  });

  it('calls what is counted attempts where every attempt counts, and values of a key where it is of one', () => {
    const of = (changes: Parameters<typeof funnelMarker>[0]) => {
      const result = funnelModel([funnelFrame(funnelMarker(changes))]);
      return 'model' in result ? result.model.unitName : undefined;
    };
    expect(of({ counting: 'total' })).toBe('attempts');
    expect(of({ unit: 'attributes.cart_id' })).toBe('values of cart_id');
  });

  it('says everything that was counted otherwise than by default', () => {
    const lines = countedLines(
      funnelMarker({
        order: 'any',
        reentry: 'optimised',
        successOnly: false,
        exclusions: [{ name: 'Refused', filters: [], fromStep: 1, toStep: 2, mode: 'remove' }],
        breakdown: 'region',
        attribution: 2,
        sampled: 0.25,
        confidence: 0.95,
        rowsWithoutUnit: 0.5,
      })
    ).join('\n');
    for (const said of [
      'by the attempt that gets furthest',
      'Steps come in any order',
      'whatever its status',
      'Removes the attempt: Refused between steps 1 and 2',
      'Told apart by region, by step 2',
      '25.0% of the rows are sampled',
      '95% (Wilson)',
      '50.0% of requests name no customer; they are left out',
    ]) {
      expect(lines).toContain(said);
    }
  });
});
