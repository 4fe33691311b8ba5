import { comparedFunnelFrame, reasonsFrame } from '../../../test-utils/frames';
import { funnelModel } from '../model';
import { heightOfSummary } from './FunnelView';

it('has room for every line of the key, which takes more of them the narrower it is', () => {
  const result = funnelModel([comparedFunnelFrame(), reasonsFrame()]);
  if ('missing' in result) {
    throw new Error(result.missing);
  }
  const heights = [2000, 800, 400].map((width) => heightOfSummary(width, 400, result.model, true));
  expect(heights[0]).toBeLessThan(heights[1]);
  expect(heights[1]).toBeLessThan(heights[2]);
  expect(heightOfSummary(800, 120, result.model, true)).toBe(0);
});
