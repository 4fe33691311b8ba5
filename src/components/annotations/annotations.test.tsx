import { arrayToDataFrame, createTheme } from '@grafana/data';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import React from 'react';

import { testIds } from '../test-ids';
import { AnnotationHandles } from './AnnotationHandles';
import { placeMarks, readMarks } from './marks';

const theme = createTheme();
const start = Date.UTC(2026, 10, 22);
const HOUR = 3_600_000;

/** Annotations as Grafana hands them to a panel. */
const frame = () =>
  arrayToDataFrame([
    {
      time: start + 2 * HOUR,
      timeEnd: start + 2 * HOUR,
      isRegion: false,
      title: 'Later',
      text: '',
      tags: [],
      color: '#f00',
    },
    {
      ...{
        time: start,
        timeEnd: start + HOUR,
        isRegion: true,
        title: 'checkout &lt;2&gt;',
        tags: ['deploy', 'checkout'],
      },
      ...{ text: 'see <a href="https://ci">the run</a><br />by CI', color: '#00f' },
    },
  ]);

describe('annotations of a panel', () => {
  it('are read in order, their words without markup', () => {
    expect(readMarks([frame()], theme)).toEqual([
      {
        ...{ time: start, timeEnd: start + HOUR, title: 'checkout <2>', tags: ['deploy', 'checkout'] },
        ...{ text: 'see the run\nby CI', color: '#00f' },
      },
      { time: start + 2 * HOUR, title: 'Later', text: '', tags: [], color: '#f00' },
    ]);
  });

  it('are not exemplars, nor what has no time', () => {
    expect(readMarks([{ ...frame(), name: 'exemplar' }, arrayToDataFrame([{ title: 'x' }])], theme)).toEqual([]);
    expect(readMarks(undefined, theme)).toEqual([]);
  });

  it('are placed where they are seen, cut at the edges', () => {
    const marks = readMarks([frame()], theme);
    const placed = (from: number, to: number) =>
      placeMarks(marks, 100, (time) => ((time - start - from) / (to - from)) * 100).map(({ x, width }) => [x, width]);
    expect(placed(0, 4 * HOUR)).toEqual([
      [0, 25],
      [50, 0],
    ]);
    expect(placed(HOUR / 2, 1.5 * HOUR)).toEqual([[0, 50]]);
    expect(placed(1.5 * HOUR, 2 * HOUR)).toEqual([[100, 0]]);
    expect(placed(3 * HOUR, 4 * HOUR)).toEqual([]);
  });
});

describe('handles of annotations', () => {
  const show = () =>
    render(
      <AnnotationHandles
        marks={placeMarks(readMarks([frame()], theme), 100, (t) => (t - start) / HOUR)}
        timeZone="utc"
      />
    );

  it('say what they stand for, in words and in a tooltip', async () => {
    show();
    const handles = screen.getAllByRole('button');
    expect(handles[0]).toHaveAccessibleName(
      /checkout <2>, Sun 2026-11-22 00:00 – 01:00, see the run\s+by CI, deploy, checkout/
    );
    await userEvent.hover(handles[0]!);
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent(/checkout <2>.*Lasted1 h.*deploy, checkout.*by CI/);
    await userEvent.unhover(handles[0]!);
    expect(screen.queryByTestId(testIds.tooltip)).not.toBeInTheDocument();
  });

  it('are one stop of the keyboard, and the arrows go between them', async () => {
    show();
    const [first, second] = screen.getAllByRole('button');
    await userEvent.tab();
    expect(first).toHaveFocus();
    await userEvent.keyboard('{ArrowRight}');
    expect(second).toHaveFocus();
    expect(screen.getByTestId(testIds.tooltip)).toHaveTextContent('Later');
    await userEvent.keyboard('{Escape}');
    expect(screen.queryByTestId(testIds.tooltip)).not.toBeInTheDocument();
    await userEvent.keyboard('{Home}');
    expect(first).toHaveFocus();
    await userEvent.tab();
    expect(second).not.toHaveFocus();
  });
});
