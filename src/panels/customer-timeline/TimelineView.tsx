import { type TimeZone } from '@grafana/schema';
import { useStyles2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';

import { ActionMenu } from '../../components/ActionMenu';
import { formatTime } from '../../components/format';
import { PanelTooltip } from '../../components/PanelTooltip';
import { testIds } from '../../components/test-ids';
import { arrange, type Picked, type TimelineItem } from './arrange';
import { askedFor, describeEvent, errorText, itemSentence, timelineSummary } from './describe';
import { NARROW } from './item-heights';
import { type TimelineModel } from './model';
import { type TimelineOptions } from './options';
import { itemActions, type TimelineContext } from './timeline-actions';
import { getTimelineStyles } from './timeline-styles';
import { TimelineList } from './TimelineList';
import { TimelineToolbar } from './TimelineToolbar';

interface Props {
  /** Tells pages apart: what is opened or closed is so on one page. */
  page: string;
  model: TimelineModel;
  options: TimelineOptions;
  width: number;
  height: number;
  timeZone: TimeZone;
  context: TimelineContext;
}

/** A row that is pointed at, and where that is in the window. */
export interface PointedItem {
  item: TimelineItem;
  x: number;
  y: number;
}

const NONE: ReadonlySet<string> = new Set();
const TOOLBAR_LEAST_HEIGHT = 140;
/** Height of the toolbar by how many lines it takes. */
const TOOLBAR = { one: 32, two: 58 };
const TWO_LINES = 620;

export function TimelineView({ page, model, options, width, height, timeZone, context }: Props) {
  const styles = useStyles2(getTimelineStyles);
  const [picks, setPicks] = useState<ReadonlySet<Picked>>(new Set());
  const [toggledOn, setToggledOn] = useState<{ page: string; ids: ReadonlySet<string> }>({ page, ids: NONE });
  const toggled = toggledOn.page === page ? toggledOn.ids : NONE;
  const [pointed, setPointed] = useState<PointedItem>();
  const [menu, setMenu] = useState<PointedItem & { element: HTMLElement }>();
  const { order, collapseRuns, showJourneys } = options;
  const items = useMemo(
    () => arrange(model, { order, collapseRuns, showJourneys }, { picks, toggled }, timeZone),
    [model, order, collapseRuns, showJourneys, picks, toggled, timeZone]
  );
  const toolbar = options.showToolbar && height >= TOOLBAR_LEAST_HEIGHT;
  const toolbarHeight = toolbar ? (width < TWO_LINES ? TOOLBAR.two : TOOLBAR.one) : 0;
  const summary = timelineSummary(model, timeZone);

  const toggle = (item: TimelineItem, open?: boolean) => {
    if ((item.kind === 'session' || item.kind === 'run') && open !== item.open) {
      const next = new Set(toggled);
      if (!next.delete(item.id)) {
        next.add(item.id);
      }
      setToggledOn({ page, ids: next });
    }
  };
  const openMenu = (at: PointedItem, element: HTMLElement) => {
    if (itemActions(model, at.item, '', context)) {
      setPointed(undefined);
      setMenu({ ...at, element });
    }
  };
  const shown = !menu && pointed?.item.kind === 'event' && pointed.item.event.kind !== 'journey' ? pointed : undefined;
  const event = shown?.item.kind === 'event' ? shown.item.event : undefined;
  const opened = menu && itemSentence(menu.item, timeZone);
  return (
    <div className={styles.root} style={{ width, height }} data-testid={testIds.timeline.root}>
      {toolbar && (
        <div style={{ height: toolbarHeight, overflow: 'hidden', flex: 'none' }}>
          <TimelineToolbar
            model={model}
            summary={summary}
            picks={picks}
            journeys={showJourneys}
            narrow={width < NARROW}
            onPick={setPicks}
          />
        </div>
      )}
      {items.length === 0 ? (
        <div className={styles.none} role="status">
          {`Nothing on this ${model.missing > 0 ? 'page' : 'timeline'} is what is picked out above.`}
        </div>
      ) : (
        <TimelineList
          key={page}
          items={items}
          options={options}
          label={summary}
          width={width}
          height={height - toolbarHeight}
          timeZone={timeZone}
          onToggle={toggle}
          onPoint={setPointed}
          onMenu={openMenu}
        />
      )}
      {shown && event && (
        <PanelTooltip
          x={shown.x}
          y={shown.y}
          title={askedFor(event)}
          subtitle={formatTime(event.time, timeZone)}
          rows={describeEvent(event)}
          footer={
            event.kind === 'error'
              ? errorText(event) || undefined
              : event.slow
                ? 'Slow: it took longer than 95 % of all requests at this endpoint in the range.'
                : undefined
          }
        />
      )}
      {menu && opened && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={menu.item.kind === 'event' ? askedFor(menu.item.event) : 'Session'}
          subtitle={opened}
          groups={itemActions(model, menu.item, opened, context) ?? []}
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
