import { type TimeZone } from '@grafana/schema';
import { useStyles2, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { ActionMenu } from '../../components/ActionMenu';
import { changeEnds } from '../../components/change-scale';
import { earlierText } from '../../components/change';
import { ColorLegend, LEGEND_HEIGHT } from '../../components/ColorLegend';
import { formatShare } from '../../components/format';
import { textMeasure } from '../../components/measure';
import { PanelTooltip } from '../../components/PanelTooltip';
import { testIds } from '../../components/test-ids';
import { cellScale } from './cell-scale';
import { CohortTable } from './CohortTable';
import { describePlace, retentionSummary } from './describe';
import { type RetentionModel } from './model';
import { type RetentionOptions } from './options';
import { type PlaceHandlers, type PlaceInWindow } from './place-handlers';
import { retentionActions, type RetentionContext } from './retention-actions';
import { getRetentionStyles } from './retention-styles';
import { RetentionCurve } from './RetentionCurve';

interface Props {
  model: RetentionModel;
  options: RetentionOptions;
  width: number;
  height: number;
  timeZone: TimeZone;
  context: RetentionContext;
}

const SUMMARY_HEIGHT = 24;
const FONT_SIZE = 12;

export function RetentionView({ model, options, width, height, timeZone, context }: Props) {
  const theme = useTheme2();
  const styles = useStyles2(getRetentionStyles);
  const [pointed, setPointed] = useState<PlaceInWindow>();
  const [menu, setMenu] = useState<PlaceInWindow & { element: HTMLElement }>();
  const measure = useMemo(() => textMeasure(FONT_SIZE, theme.typography.fontFamily), [theme]);
  const { colorBy, colorScheme, scaleMax, decimals } = options;
  const colors = useMemo(
    () => cellScale(model, { colorBy, colorScheme, scaleMax }, theme),
    [model, colorBy, colorScheme, scaleMax, theme]
  );

  const curve = options.display === 'curve' || model.cohorts.length === 0;
  const showSummary = options.showSummary && height >= 120;
  const showLegend = options.showLegend && !curve && height >= 160;
  const room = height - (showSummary ? SUMMARY_HEIGHT : 0) - (showLegend ? LEGEND_HEIGHT : 0);
  const summary = retentionSummary(model, decimals);
  const handlers: PlaceHandlers = {
    onPoint: setPointed,
    onMenu: (at, element) => {
      setPointed(undefined);
      setMenu({ ...at, element });
    },
  };
  const known = (at: PlaceInWindow | undefined) =>
    at && at.row < model.cohorts.length && at.column < model.columns.length ? at : undefined;
  const shown = menu ? undefined : known(pointed);
  const told = shown && describePlace(model, shown, decimals, timeZone);
  const cell = shown && model.cohorts[shown.row]?.cells[shown.column];
  const marked = cell && colors.valueOf(cell.rate, model.cohorts[shown.row].earlier?.cells[shown.column]?.rate);
  const opened = known(menu);
  const openedText = opened && describePlace(model, opened, decimals, timeZone);
  const incomplete = model.cohorts.some(({ cells }) => cells.some((c) => !c.complete && !Number.isNaN(c.rate)));
  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.retention.root}>
      {showSummary && (
        <div
          className={styles.summary}
          style={{ height: SUMMARY_HEIGHT }}
          title={summary}
          data-testid={testIds.retention.summary}
        >
          {summary}
        </div>
      )}
      {curve ? (
        <RetentionCurve
          model={model}
          options={options}
          width={width}
          height={room}
          measure={measure}
          handlers={handlers}
          timeZone={timeZone}
        />
      ) : (
        <CohortTable
          model={model}
          options={options}
          colors={colors}
          width={width}
          height={room}
          measure={measure}
          handlers={handlers}
          timeZone={timeZone}
        />
      )}
      {showLegend && (
        <ColorLegend
          scale={colors.scale}
          format={(value) => (colors.byChange ? pointsTick(value ?? 0) : formatShare(value, 0))}
          title={colors.byChange ? `Points against ${earlierText(model.timeShift)}` : 'Returned'}
          width={width}
          measure={measure}
          marked={marked}
          ends={colors.byChange && width > 400 ? changeEnds('more-is-better') : undefined}
          hatched={incomplete ? (width < 480 ? 'Not over' : 'Not over yet: may rise') : undefined}
        />
      )}
      {shown && told && (
        <PanelTooltip
          x={shown.x}
          y={shown.y}
          color={marked === undefined || Number.isNaN(marked) || curve ? undefined : colors.scale.colorOf(marked)}
          title={told.title}
          subtitle={told.subtitle}
          rows={told.rows}
          footer={told.footer || undefined}
        />
      )}
      {opened && openedText && menu && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={openedText.title}
          subtitle={openedText.subtitle}
          groups={retentionActions(model, opened, openedText.sentence, context)}
          onClose={() => {
            menu.element.focus();
            setPointed(undefined);
            setMenu(undefined);
          }}
        />
      )}
    </div>
  );
}

/** Percentage points on the legend: `+12`, `-5`. */
function pointsTick(value: number): string {
  return `${value > 0 ? '+' : ''}${Number((value * 100).toFixed(1))}`;
}
