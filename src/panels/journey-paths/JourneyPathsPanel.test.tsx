import { LoadingState } from '@grafana/data';
import { fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../../components/test-ids';
import { frameOf, number, text } from '../../test-utils/frames';
import { panelData, panelProps } from '../../test-utils/panel-props';
import { beforeFrame, comparedPathsFrame, LINKS, pathsFrame, pathsMarker } from '../../test-utils/paths-frames';
import { JourneyPathsPanel } from './JourneyPathsPanel';
import { defaultOptions } from './options';

const show = (...args: Parameters<typeof panelProps<typeof defaultOptions>>) =>
  render(<JourneyPathsPanel {...panelProps(...args)} />);
const node = (name: RegExp) => screen.getByRole('button', { name });
const root = () => screen.getByTestId(testIds.paths.root);

it('draws a node per step and request, and every link', () => {
  show(defaultOptions, panelData([pathsFrame()]));
  expect(screen.getAllByTestId(testIds.paths.node)).toHaveLength(pathsMarker().nodes.length);
  expect(screen.getAllByTestId(testIds.paths.link)).toHaveLength(LINKS.length);
  expect(screen.getAllByTestId(testIds.paths.head).map((head) => head.textContent)).toEqual([
    'Start100 customers',
    '+190 · 90.0%',
    '+270 · 70.0%',
  ]);
});

it('says what the paths amount to, and what patterns mean', () => {
  show(defaultOptions, panelData([pathsFrame()]));
  expect(screen.getByTestId(testIds.paths.summary)).toHaveTextContent(
    '100 customers from GET /products, 25.0% drop off within 2 steps'
  );
  expect(screen.getByTestId(testIds.paths.key)).toHaveTextContent('OtherDrop-offMay go on');
});

it('counts back from where paths end', () => {
  show(defaultOptions, panelData([beforeFrame()]));
  expect(screen.getAllByTestId(testIds.paths.head).map((head) => head.textContent?.slice(0, 3))).toEqual([
    '−26',
    '−18',
    'End',
  ]);
  expect(screen.getByTestId(testIds.paths.summary)).toHaveTextContent(
    '10 customers up to POST /pay, 40.0% began their session within 2 steps before'
  );
});

it('says all of a node to those who do not see it', () => {
  show(defaultOptions, panelData([pathsFrame()]));
  expect(node(/^GET \/products\/\{id\}, 1 step after the start/)).toHaveAccessibleName(
    /Customers 60, Of all 100 60.0%, Requests 61, → POST \/cart 60.0%, → GET \/products 25.0%, → Drop-off 15.0%$/
  );
});

describe('with the keyboard', () => {
  it('is one stop of Tab, and lights the whole path of what has the focus', async () => {
    show(defaultOptions, panelData([pathsFrame()]));
    await userEvent.tab();
    expect(node(/^GET \/products, Where the paths begin/)).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}{ArrowDown}');
    expect(node(/^GET \/search/)).toHaveFocus();
    expect(screen.getAllByTestId(testIds.paths.node).filter((e) => e.getAttribute('tabindex') === '0')).toHaveLength(1);
    const lit = screen.getByTestId(testIds.paths.lit);
    expect(lit.querySelectorAll('path')).toHaveLength(4);
    expect(within(lit).getByText('≈ 15')).toBeInTheDocument();
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('GET /search');
  });

  it('reaches links with Shift, and goes back with Escape', async () => {
    show(defaultOptions, panelData([pathsFrame()]));
    await userEvent.tab();
    await userEvent.keyboard('{Shift>}{ArrowRight}{/Shift}');
    expect(node(/^GET \/products → GET \/products\/\{id\}, From Start to \+1: Customers 60/)).toHaveFocus();
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Median time20 s');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByTestId(testIds.tooltip)).not.toBeInTheDocument();
    expect(screen.queryByTestId(testIds.paths.lit)).not.toBeInTheDocument();
    expect(node(/^GET \/products, Where/)).toHaveFocus();
  });

  it('opens the menu, and has the focus again when that is closed', async () => {
    show(defaultOptions, panelData([pathsFrame()]));
    await userEvent.tab();
    await userEvent.keyboard('{ArrowRight}{Enter}');
    expect(screen.getByRole('menuitem', { name: /Make a funnel from this path/ })).toBeInTheDocument();
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByRole('menu')).not.toBeInTheDocument();
    expect(node(/^GET \/products\/\{id\}/)).toHaveFocus();
  });
});

describe('with the pointer', () => {
  const labelled = (name: string) => {
    const label = screen.getAllByTestId(testIds.paths.label).find((each) => each.textContent?.includes(name))!;
    return { clientX: Number(label.getAttribute('x')) + 5, clientY: Number(label.getAttribute('y')) - 5 };
  };

  it('lights what comes through a node, and says how it was counted', () => {
    show(defaultOptions, panelData([pathsFrame()]));
    const plot = screen.getByTestId(testIds.paths.plot);
    fireEvent.mouseMove(plot, labelled('/search'));
    expect(plot).toHaveAttribute('data-lit', 'true');
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent(
      'Each customer counts once, by its first path. Paths end with a pause of more than 30 min.'
    );
    fireEvent.mouseLeave(plot);
    expect(plot).toHaveAttribute('data-lit', 'false');
  });

  it('does not draw the whole anew while it moves', () => {
    show(defaultOptions, panelData([pathsFrame()]));
    const plot = screen.getByTestId(testIds.paths.plot);
    const before = screen.getAllByTestId(testIds.paths.link).map((path) => path.outerHTML);
    const watched = new MutationObserver(() => undefined);
    watched.observe(plot.querySelector('svg')!, { subtree: true, childList: true, attributes: true });
    fireEvent.mouseMove(plot, labelled('/search'));
    expect(watched.takeRecords()).toEqual([]);
    expect(screen.getAllByTestId(testIds.paths.link).map((path) => path.outerHTML)).toEqual(before);
  });

  it('opens the menu of a link', () => {
    show(defaultOptions, panelData([pathsFrame()]));
    const path = screen.getAllByTestId(testIds.paths.link)[0].getAttribute('d')!;
    const [x0, y0, , y1, x1] = /M([\d.]+),([\d.]+)C([\d.]+),[\d.]+ [\d.]+,([\d.]+) ([\d.]+)/
      .exec(path)!
      .slice(1)
      .map(Number);
    fireEvent.click(screen.getByTestId(testIds.paths.plot), {
      clientX: (x0 + x1) / 2,
      clientY: (y0 + y1) / 2,
      detail: 1,
    });
    expect(screen.getByTestId(testIds.menu)).toHaveTextContent('GET /products → GET /products/{id}');
  });
});

it('shows the change of every number where it is compared', () => {
  show(defaultOptions, panelData([comparedPathsFrame()]), { width: 1200 });
  expect(root()).toHaveTextContent('60 · 60.0% ▲ +100%');
  expect(node(/^GET \/search/)).toHaveAccessibleName(/1 week earlier 12.5, Change ▲ \+100%/);
});

it('leaves ends and small links out when told to, and says so', () => {
  show({ ...defaultOptions, minShare: 10, showEnds: false }, panelData([pathsFrame()]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent('links below 10% of the paths are not drawn');
  expect(screen.queryByRole('button', { name: /^Drop-off/ })).not.toBeInTheDocument();
});

it('says when every link is left out', () => {
  show({ ...defaultOptions, minShare: 99 }, panelData([pathsFrame()]));
  expect(screen.getByTestId(testIds.message)).toHaveTextContent('Lower “Smallest link”');
});

it('says which share of the requests was left out', () => {
  show(defaultOptions, panelData([pathsFrame(pathsMarker({ rowsWithoutUnit: 0.4 }))]));
  expect(screen.getByTestId(testIds.notices)).toHaveTextContent('40.0% of the requests name no customer');
});

it.each([
  [{}, 'No request in this time range matches route = /products'],
  [{ anchor: [] }, 'Widen the time range'],
  [{ anchor: [], rowsWithoutUnit: 0.9 }, '90.0% of the requests name no customer: try another unit'],
])('says what to do without any path: %j', (changes, expected) => {
  show(defaultOptions, panelData([pathsFrame(pathsMarker({ ...changes, paths: 0, nodes: [] }), [])]));
  expect(screen.getByTestId(testIds.message)).toHaveTextContent(expected);
});

it('says what failed, and that it waits', () => {
  const { unmount } = show(
    defaultOptions,
    panelData([], { state: LoadingState.Error, errors: [{ message: 'anchor: no such key' }] })
  );
  expect(screen.getByRole('alert')).toHaveTextContent('anchor: no such key');
  unmount();
  show(defaultOptions, panelData([], { state: LoadingState.Loading }));
  expect(screen.getByTestId(testIds.message)).toHaveTextContent('Loading');
});

it('says which columns it wants of another table', () => {
  show(defaultOptions, panelData([frameOf([text('a', ['x']), number('n', [1])])]));
  expect(screen.getByTestId(testIds.message)).toHaveTextContent('source');
});

it('scrolls where there is no room for all steps', () => {
  show({ ...defaultOptions, stepWidth: 200 }, panelData([pathsFrame()]), { width: 300 });
  expect(screen.getByTestId(testIds.paths.plot)).toHaveStyle({ width: '600px' });
});
