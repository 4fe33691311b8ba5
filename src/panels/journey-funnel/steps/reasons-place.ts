import { type FunnelOptions } from '../options';

const LEAST_STEP = 116;
const SIDE = 392;
const LEAST_HEIGHT = 220;
const BOTH_BELOW = 460;

/** Where the reasons go in a panel of that size: `instead` is in the place of the steps, by a switch. */
export function reasonsPlace(
  asked: FunnelOptions['reasons'],
  width: number,
  height: number,
  steps: number
): 'beside' | 'below' | 'instead' | 'hidden' {
  switch (asked) {
    case 'hidden':
      return 'hidden';
    case 'beside':
      return width >= SIDE + 240 ? 'beside' : 'instead';
    case 'below':
      return height >= LEAST_HEIGHT + 80 ? 'below' : 'instead';
    default: {
      // Beside a funnel of many steps there is room for bars only, which is enough where it is high.
      const rest = width - SIDE;
      const fits = rest >= Math.min(steps, 8) * LEAST_STEP && height >= LEAST_HEIGHT;
      return fits ? 'beside' : height >= BOTH_BELOW ? 'below' : 'instead';
    }
  }
}
