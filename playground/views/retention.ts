import { annotationsOf, ofShop, route, served, serverErrors } from './filters';
import { DAY, type View } from './view';

const asked = {
  queryType: 'retention' as const,
  unit: 'customer',
  interval: 'day' as const,
  periods: 7,
  mode: 'on' as const,
  filters: [served, ofShop],
};
const paid = [...route('POST', '/api/checkout/{id}/payment'), { key: 'status', operator: '<' as const, value: '400' }];

/** Who comes back to the shop. */
export const retention: View = {
  id: 'retention',
  title: 'Retention',
  about: 'Who comes back to the shop, and whether a payment or an error of ours makes a difference.',
  range: { last: 7 * DAY },
  annotations: annotationsOf(ofShop),
  panels: [
    {
      id: 'retention',
      title: 'Customers who come back',
      description: 'Customers by the day they used the shop, and which share of them used it how many days later.',
      kind: 'retention-cohorts',
      compared: true,
      span: 12,
      height: 480,
      query: asked,
    },
    {
      id: 'paid',
      title: 'After a payment',
      description: 'Who came back after having paid.',
      kind: 'retention-cohorts',
      compared: true,
      span: 6,
      height: 300,
      query: { ...asked, start: paid, view: 'curve' },
    },
    {
      id: 'failed',
      title: 'After a server error',
      description: 'Who came back after having met an error of ours.',
      kind: 'retention-cohorts',
      compared: true,
      span: 6,
      height: 300,
      query: { ...asked, start: [serverErrors], view: 'curve' },
    },
  ],
};
