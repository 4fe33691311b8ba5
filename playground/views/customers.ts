import { annotationsOf, CHECKOUT, ofShop, served } from './filters';
import { DAY, type View } from './view';

const asked = {
  queryType: 'customers' as const,
  unit: 'customer',
  filters: [served, ofShop],
  funnel: { steps: CHECKOUT, window: '1h' },
};

/** How well the shop’s customers are served. */
export const customers: View = {
  id: 'customers',
  title: 'Customers',
  about: 'How well the customers of the shop are served, and who should be talked to first.',
  range: { last: 7 * DAY },
  annotations: annotationsOf(ofShop),
  panels: [
    {
      id: 'outreach',
      title: 'Who should we talk to',
      description: 'Who met failures that are ours, or gave up after one, most worth a call first.',
      kind: 'table',
      customers: 'customer',
      span: 12,
      height: 400,
      query: { ...asked, view: 'outreach', limit: 200 },
    },
    {
      id: 'health',
      title: 'Health',
      description: 'The mean of all customers, each counting the same. 100 is without failures, slowness or silence.',
      kind: 'time-series',
      compared: true,
      span: 12,
      height: 260,
      query: { ...asked, view: 'trend', format: 'time_series', interval: '6h' },
    },
    {
      id: 'customers',
      title: 'How well everyone is served',
      description: 'Each part says what it took from 100. The least healthy first.',
      kind: 'table',
      customers: 'customer',
      span: 12,
      height: 460,
      query: { ...asked, view: 'list', limit: 500 },
    },
  ],
};
