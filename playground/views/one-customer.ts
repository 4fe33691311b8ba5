import { annotationsOf, CHECKOUT, ofCustomer, ofShop, served } from './filters';
import { DAY, type View } from './view';

const asked = {
  queryType: 'customers' as const,
  unit: 'customer',
  customer: '$customer',
  filters: [served, ofShop],
  funnel: { steps: CHECKOUT, window: '1h' },
};

/** What one customer lived through. */
export const oneCustomer: View = {
  id: 'customer',
  title: 'One customer',
  about: 'What one customer of the shop lived through: sessions, requests, errors and checkouts, in order.',
  range: { last: 7 * DAY },
  annotations: annotationsOf(ofShop),
  customer: true,
  panels: [
    {
      id: 'timeline',
      title: 'As lived',
      description: 'Sessions, requests, errors and checkouts, the last first.',
      kind: 'customer-timeline',
      span: 12,
      height: 560,
      query: { ...asked, view: 'timeline', direction: 'desc', limit: 2000 },
      options: { dashboardLinks: false },
    },
    {
      id: 'health',
      title: 'Health',
      description: 'Of this customer, over time. 100 is without failures, slowness, abandoned journeys or silence.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: { ...asked, view: 'trend', format: 'time_series', interval: '1d' },
    },
    {
      id: 'traffic',
      title: 'Requests by class of status',
      description: 'How much this customer asks, and how it is answered.',
      kind: 'time-series',
      compared: true,
      span: 6,
      height: 260,
      query: {
        queryType: 'traffic',
        metrics: ['requests'],
        groupBy: ['status_class'],
        filters: [served, ofShop, ofCustomer],
      },
      options: { stacked: true },
    },
    {
      id: 'paths',
      title: 'Where it goes',
      description: 'Each session from its first request on.',
      kind: 'journey-paths',
      compared: true,
      span: 12,
      height: 420,
      query: {
        queryType: 'paths',
        unit: 'customer',
        counting: 'sessions',
        sessions: 'id',
        rowsPerStep: 6,
        filters: [served, ofShop, ofCustomer],
      },
    },
    {
      id: 'errors',
      title: 'Errors',
      description: 'What failed for this customer, and whose fault it was.',
      kind: 'error-breakdown',
      compared: true,
      span: 12,
      height: 360,
      query: {
        queryType: 'errors',
        groupBy: ['status', 'service', 'route'],
        limit: 100,
        filters: [served, ofShop, ofCustomer],
      },
    },
  ],
};
