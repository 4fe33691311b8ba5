import { type Mark } from './flow';
import { type NodeLabel } from './labels';
import { type LinkPlace, NODE_WIDTH, type PathsLayout } from './layout';

const NODE_REACH = 3;
const LINK_REACH = 4;

/**
 * What is at a point of the drawing: a node with its label, else a link. Of links that lie over each other it is the
 * narrowest, and one that is missed by a few pixels is still meant.
 */
export function markAt(layout: PathsLayout, labels: readonly NodeLabel[], x: number, y: number): Mark | undefined {
  for (const [node, place] of layout.nodes.entries()) {
    if (
      x >= place.x - NODE_REACH &&
      x <= place.x + NODE_WIDTH + NODE_REACH &&
      y >= place.y - NODE_REACH &&
      y <= place.y + place.height + NODE_REACH
    ) {
      return { node };
    }
  }
  const label = labels.find((l) => x >= l.x && x <= l.x + l.width && y >= l.y && y <= l.y + l.height);
  if (label) {
    return { node: label.node };
  }
  let best: { link: number; missed: number; width: number } | undefined;
  const times = new Map<string, number>();
  for (const [link, place] of layout.links.entries()) {
    if (x < place.x0 || x > place.x1) {
      continue;
    }
    const key = `${place.x0} ${place.x1}`;
    const time = times.get(key) ?? timeAt((x - place.x0) / (place.x1 - place.x0));
    times.set(key, time);
    const missed = missedBy(place, time, y);
    if (missed > LINK_REACH) {
      continue;
    }
    if (!best || (missed > 0 || best.missed > 0 ? missed < best.missed : place.width < best.width)) {
      best = { link, missed, width: place.width };
    }
  }
  return best && { link: best.link };
}

/** By how many pixels a point beside the middle line lies outside the link; 0 within it. */
function missedBy({ x0, x1, y0, y1, width }: LinkPlace, time: number, y: number): number {
  const middle = y0 + (y1 - y0) * (3 * time ** 2 - 2 * time ** 3);
  const slope = ((6 * time - 6 * time ** 2) * (y1 - y0)) / ((1.5 - 3 * time + 3 * time ** 2) * (x1 - x0));
  return Math.max(0, Math.abs(y - middle) - (width / 2) * Math.hypot(1, slope));
}

/** The parameter of the curve of a link at a share of its way from left to right. */
function timeAt(share: number): number {
  let low = 0;
  let high = 1;
  for (let step = 0; step < 24; step++) {
    const time = (low + high) / 2;
    if (1.5 * time - 1.5 * time ** 2 + time ** 3 < share) {
      low = time;
    } else {
      high = time;
    }
  }
  return (low + high) / 2;
}
