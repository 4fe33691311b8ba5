import { type Place } from './layout';

/** A place that is pointed at, and where that is in the window. */
export interface PlaceInWindow extends Place {
  x: number;
  y: number;
}

/** What a drawing tells of pointer and keyboard. */
export interface PlaceHandlers {
  onPoint(at: PlaceInWindow | undefined): void;
  /** The element gets the focus back when the menu is closed. */
  onMenu(at: PlaceInWindow, element: HTMLElement): void;
}

export function middleOf(element: HTMLElement): { x: number; y: number } {
  const { left, top, width, height } = element.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}
