import { funnelFrame } from '../../../test-utils/frames';
import { funnelModel } from '../model';
import { segmentsSummary } from './describe-segment';

it('names steps as they are written', () => {
  const result = funnelModel([funnelFrame()]);
  if (!('model' in result)) {
    throw new Error(result.missing);
  }
  const [first, ...others] = result.model.steps;
  const model = { ...result.model, steps: [{ ...first, name: 'https-gateway' }, ...others] };
  expect(segmentsSummary(model, 1)).toMatch(/^https-gateway to Pay /);
});
