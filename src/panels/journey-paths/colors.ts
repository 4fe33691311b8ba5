import { colorManipulator, type GrafanaTheme2 } from '@grafana/data';

import { isMethod } from '../../components/http-method';
import { isEnd, type ModelNode, type PathsModel } from './model';
import { type PathsOptions } from './options';

/** A colour of Grafana's palette, or a darker one. */
type Shade = string | { dark: string };

/**
 * Colours that keep apart for eyes without red, green or blue cones, since they differ in lightness where they don't in hue, and
 * from the red of a drop-off; a test holds that. Found by trying all choices among the palette.
 */
const CATEGORIES: Record<'dark' | 'light', readonly Shade[]> = {
  dark: ['blue', 'orange', 'super-light-yellow', 'green', 'super-light-purple', 'dark-green', 'super-light-green'],
  light: [
    'blue',
    'light-orange',
    { dark: 'dark-yellow' },
    'light-green',
    'super-light-purple',
    { dark: 'dark-green' },
    { dark: 'dark-purple' },
  ],
};

const DARKER = 0.3;

/** How many requests have a colour of their own. */
export const MOST_COLORS = CATEGORIES.dark.length;

const METHOD_SLOTS: Record<string, number> = {
  GET: 0,
  HEAD: 5,
  OPTIONS: 5,
  POST: 1,
  PUT: 2,
  PATCH: 6,
  DELETE: 4,
  QUERY: 3,
};

/** The colours that requests can have, in the theme. */
export function categoryColors(theme: GrafanaTheme2): string[] {
  const named = theme.visualization.getColorByName;
  return CATEGORIES[theme.isDark ? 'dark' : 'light'].map((shade) =>
    typeof shade === 'string' ? named(shade) : colorManipulator.darken(named(shade.dark), DARKER)
  );
}

/** What has no colour of its own. */
export function neutralColor(theme: GrafanaTheme2): string {
  return theme.isDark ? colorManipulator.darken(theme.colors.text.secondary, 0.25) : theme.colors.text.secondary;
}

/** A colour for each node, by index. */
export function nodeColors(model: PathsModel, colorBy: PathsOptions['colorBy'], theme: GrafanaTheme2): string[] {
  const colors = categoryColors(theme);
  const neutral = neutralColor(theme);
  const slots = colorBy === 'node' ? slotsByName(model) : new Map<string, number>();
  return model.nodes.map((node) => {
    if (node.kind === 'other' || isEnd(node)) {
      return node.kind === 'drop_off' ? theme.colors.error.main : neutral;
    }
    const slot =
      colorBy === 'node'
        ? slots.get(node.name)
        : colorBy === 'method'
          ? METHOD_SLOTS[methodOf(node)]
          : node.column % colors.length;
    return slot === undefined ? neutral : colors[slot];
  });
}

function methodOf({ keys, name }: ModelNode): string {
  const method = keys?.method ?? name.split(' ')[0];
  return isMethod(method) ? method : '';
}

/**
 * The colours of the requests that most paths come through, over all steps. Which one a request has comes from its name, so
 * that it keeps it while numbers move; only where two want the same one does the smaller take the next.
 */
function slotsByName({ nodes }: PathsModel): Map<string, number> {
  const totals = new Map<string, number>();
  for (const node of nodes) {
    if (node.kind === undefined) {
      totals.set(node.name, (totals.get(node.name) ?? 0) + node.value);
    }
  }
  const ranked = [...totals].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, MOST_COLORS);
  const slots = new Map<string, number>();
  const taken = new Set<number>();
  for (const [name] of ranked) {
    let slot = hashOf(name) % MOST_COLORS;
    while (taken.has(slot)) {
      slot = (slot + 1) % MOST_COLORS;
    }
    taken.add(slot);
    slots.set(name, slot);
  }
  return slots;
}

/** FNV-1a of the text, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
