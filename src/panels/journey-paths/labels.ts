import { changeBetween, changeText } from '../../components/change';
import { formatCount, formatShare } from '../../components/format';
import { isMethod } from '../../components/http-method';
import { type MeasureText, truncateMiddle } from '../../components/measure';
import { HEAD_HEIGHT, NODE_WIDTH, type NodePlace, type PathsLayout } from './layout';
import { isEnd, type ModelNode, type PathsModel } from './model';
import { type PathsOptions } from './options';

export const FONT_SIZE = 12;
const LINE = 15;
const GAP = 6;
/** What is kept free between a label and the next column. */
const FREE = 10;
const LEAST_WIDTH = 24;

/** A label of a node: where it is, and its texts as they fit. */
export interface NodeLabel {
  node: number;
  x: number;
  y: number;
  width: number;
  height: number;
  method?: string;
  name: string;
  /** The numbers; below the name where `lines` is 2, else behind it. */
  figures: string;
  lines: 1 | 2;
}

/**
 * Labels right of their nodes that touch neither each other nor the next column. Where there is no room for all, those
 * of the nodes that most paths come through have theirs.
 */
export function placeLabels(
  model: PathsModel,
  layout: PathsLayout,
  options: Pick<PathsOptions, 'labelValue' | 'decimals'>,
  measure: MeasureText
): NodeLabel[] {
  const width = layout.slot - NODE_WIDTH - GAP - FREE;
  if (width < LEAST_WIDTH) {
    return [];
  }
  const placed = model.columns.flatMap((column) => {
    const ordered = column.map((index) => model.nodes[index]).sort((a, b) => b.value - a.value);
    const lanes: Lane[] = [];
    for (const node of ordered) {
      const lane = laneOf(node, layout.nodes[node.index], LINE, layout.height);
      if (!lanes.some((taken) => meets(taken, lane))) {
        lanes.push(lane);
      }
    }
    if (options.labelValue !== 'none') {
      for (const lane of lanes) {
        const taller = laneOf(model.nodes[lane.node], layout.nodes[lane.node], 2 * LINE, layout.height);
        if (!lanes.some((taken) => taken !== lane && meets(taken, taller))) {
          Object.assign(lane, taller);
        }
      }
    }
    return lanes;
  });
  // Either all numbers come with how they have changed, or none: a node without would seem not to have changed.
  const changes =
    model.compared &&
    placed.every(
      (lane) =>
        lane.height === LINE ||
        figureTexts(model, model.nodes[lane.node], options, true).some((text) => measure(text) <= width)
    );
  return placed.map((lane) => labelOf(model, lane, layout, width, { ...options, changes }, measure));
}

interface Lane {
  node: number;
  y: number;
  height: number;
}

function laneOf(node: ModelNode, place: NodePlace, height: number, bottom: number): Lane {
  const y = place.y + place.height / 2 - height / 2;
  return { node: node.index, y: Math.max(HEAD_HEIGHT, Math.min(bottom - height, y)), height };
}

function meets(a: Lane, b: Lane): boolean {
  return a.y < b.y + b.height && b.y < a.y + a.height;
}

function labelOf(
  model: PathsModel,
  lane: Lane,
  layout: PathsLayout,
  width: number,
  options: Pick<PathsOptions, 'labelValue' | 'decimals'> & { changes: boolean },
  measure: MeasureText
): NodeLabel {
  const node = model.nodes[lane.node];
  const two = lane.height > LINE;
  const roomBeside = (text: string) => (two || text === '' ? width : width - measure(text) - GAP);
  // A name that tells nodes apart is worth more than the numbers behind it, which the tooltip has.
  const figures =
    figureTexts(model, node, options, options.changes).find((text) =>
      two ? measure(text) <= width : tells(node, cutName(node, roomBeside(text), measure).main)
    ) ?? '';
  const name = cutName(node, roomBeside(figures), measure);
  const behind = two ? 0 : figures === '' ? 0 : measure(figures) + GAP;
  const nameWidth = measure(name.method ? `${name.method} ${name.main}` : name.main);
  return {
    node: node.index,
    x: layout.nodes[node.index].x + NODE_WIDTH + GAP,
    y: lane.y,
    width: Math.min(width, Math.max(nameWidth + behind, two ? measure(figures) : 0)),
    height: lane.height,
    method: name.method,
    name: name.main,
    figures,
    lines: two ? 2 : 1,
  };
}

/** Whether a name that was cut still has the end of the whole one. */
function tells({ label }: ModelNode, cut: string): boolean {
  const end = label.slice(label.lastIndexOf('/') + 1) || label;
  return cut.endsWith(end);
}

/** The numbers of a node, with or without how they have `changed`, from the longest text to the shortest. */
function figureTexts(
  { total }: PathsModel,
  node: ModelNode,
  { labelValue, decimals }: Pick<PathsOptions, 'labelValue' | 'decimals'>,
  changed: boolean
): string[] {
  if (labelValue === 'none') {
    return [];
  }
  const count = formatCount(node.value);
  const share = total > 0 ? formatShare(node.value / total, decimals) : '';
  const main = labelValue === 'value' || share === '' ? count : labelValue === 'share' ? share : `${count} · ${share}`;
  const change = changed && node.earlier !== undefined ? ` ${changeText(changeBetween(node.value, node.earlier))}` : '';
  return [...new Set([main, labelValue === 'share' && share !== '' ? share : count])].map((text) => `${text}${change}`);
}

/**
 * A name as it fits: of a request the method is told from the route, and left out where the end of the route, which tells it
 * from others, has no room beside it.
 */
export function cutName(node: ModelNode, room: number, measure: MeasureText): { method?: string; main: string } {
  const [, method, main] = /^([A-Z]+) (\S.*)$/.exec(isEnd(node) ? '' : node.label) ?? [];
  const named = method !== undefined && isMethod(method);
  if (named) {
    const beside = truncateMiddle(main, room - measure(`${method} `), measure);
    if (tells(node, beside)) {
      return { method, main: beside };
    }
  }
  const alone = truncateMiddle(named ? main : node.label, room, measure);
  return { main: tells(node, alone) ? alone : cutStart(node.label, room, measure) };
}

/** The end of a text that fits. */
function cutStart(text: string, room: number, measure: MeasureText): string {
  let start = 1;
  while (start < text.length && measure(`…${text.slice(start)}`) > room) {
    start++;
  }
  return `…${text.slice(start)}`;
}
