import React, { useImperativeHandle, useState } from 'react';

import { ActionMenu } from '../../../components/ActionMenu';
import { type Action } from '../../../components/actions';
import { PanelTooltip, type TooltipRow } from '../../../components/PanelTooltip';

/** What is said of a mark, and what can be done with it. */
export interface Mark {
  title: string;
  subtitle?: string;
  rows: TooltipRow[];
  footer?: React.ReactNode;
  actions: Array<Array<Action | undefined>>;
}

export interface PointedMark {
  index: number;
  x: number;
  y: number;
}

export interface MarkOverlayHandle {
  point(at: PointedMark | undefined): void;
  openMenu(at: PointedMark, button: HTMLElement): void;
  isMenuOpen(): boolean;
}

interface Props {
  count: number;
  markOf: (index: number) => Mark;
  handle: React.Ref<MarkOverlayHandle>;
}

/** Tooltip and menu of the marks of a view. It keeps what is pointed at to itself, so that moving the pointer draws nothing else anew. */
export function MarkOverlay({ count, markOf, handle }: Props) {
  const [pointed, point] = useState<PointedMark>();
  const [menu, setMenu] = useState<PointedMark & { button: HTMLElement }>();
  useImperativeHandle(
    handle,
    () => ({
      point,
      openMenu: (at, button) => {
        point(undefined);
        setMenu({ ...at, button });
      },
      isMenuOpen: () => menu !== undefined,
    }),
    [menu]
  );
  const shown = pointed && pointed.index < count && !menu ? pointed : undefined;
  const mark = shown && markOf(shown.index);
  const opened = menu && menu.index < count ? markOf(menu.index) : undefined;
  return (
    <>
      {shown && mark && (
        <PanelTooltip
          x={shown.x}
          y={shown.y}
          title={mark.title}
          subtitle={mark.subtitle}
          rows={mark.rows}
          footer={mark.footer}
        />
      )}
      {menu && opened && (
        <ActionMenu
          x={menu.x}
          y={menu.y}
          title={opened.title}
          subtitle={opened.subtitle}
          groups={opened.actions}
          onClose={() => {
            menu.button.focus();
            point(undefined);
            setMenu(undefined);
          }}
        />
      )}
    </>
  );
}
