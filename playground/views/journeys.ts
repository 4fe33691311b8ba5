import { annotationsOf, CHECKOUT, ofShop, route, served } from './filters';
import { DAY, type View } from './view';

const checkout = {
  queryType: 'funnel' as const,
  unit: 'customer',
  counting: 'total' as const,
  window: '1h',
  filters: [served, ofShop],
  steps: CHECKOUT,
};

/** How far the shop’s customers get, why they stop, and where they go instead. */
export const journeys: View = {
  id: 'journeys',
  title: 'Journeys',
  about: 'How far the customers of the shop get on the way to paying, why they stop, and where they go instead.',
  range: { last: 7 * DAY },
  annotations: annotationsOf(ofShop),
  panels: [
    {
      id: 'funnel',
      title: 'From the product list to the payment, and why they stopped',
      description:
        'Every attempt of a customer to get from the list to the payment within an hour, and why it stopped.',
      kind: 'journey-funnel',
      compared: true,
      span: 12,
      height: 480,
      query: checkout,
      beside: [{ ...checkout, view: 'reasons' }],
    },
    {
      id: 'trend',
      title: 'Conversion by time of entry',
      description: 'Of those who entered in each interval, who paid. Where windows are not over, it can still grow.',
      kind: 'journey-funnel',
      compared: true,
      span: 6,
      height: 320,
      query: { ...checkout, view: 'trend', interval: '6h' },
    },
    {
      id: 'regions',
      title: 'By region',
      description: 'The funnel told apart by the region that answered the first step.',
      kind: 'journey-funnel',
      compared: true,
      span: 6,
      height: 320,
      query: { ...checkout, breakdown: 'region', breakdownLimit: 3 },
    },
    {
      id: 'paths',
      title: 'Where customers go from a product',
      description:
        'What comes after the first look at a product, step by step. Click a request for what can be asked next.',
      kind: 'journey-paths',
      compared: true,
      span: 12,
      height: 460,
      query: {
        queryType: 'paths',
        anchor: route('GET', '/api/products/{id}'),
        rowsPerStep: 6,
        filters: [served, ofShop],
      },
    },
    {
      id: 'dropped',
      title: 'After giving up before the payment',
      description: 'What those did next who began to check out and did not pay.',
      kind: 'journey-paths',
      compared: true,
      span: 12,
      height: 440,
      query: {
        queryType: 'paths',
        unit: 'customer',
        filters: [served, ofShop],
        funnel: { steps: CHECKOUT, window: '1h', step: 5, outcome: 'dropped' },
        depth: 8,
        rowsPerStep: 6,
      },
    },
    {
      id: 'correlation',
      title: 'What goes with paying',
      description: 'What those who paid have more often than those who did not, and the other way round.',
      kind: 'journey-funnel',
      span: 6,
      height: 420,
      query: { ...checkout, view: 'correlation' },
    },
    {
      id: 'stopped',
      title: 'Who stopped, and where',
      description: 'The last to enter first.',
      kind: 'table',
      customers: 'unit',
      span: 6,
      height: 420,
      query: { ...checkout, view: 'units', outcome: 'stopped', limit: 200, reasons: true },
    },
  ],
};
