/** The dashboards the app ships with; a test holds their ids against the files. */
export const DASHBOARDS = [
  {
    uid: 'apitrail-api-overview',
    title: 'API overview',
    question: 'How does the API behave? Traffic, latency, errors and every endpoint.',
  },
  {
    uid: 'apitrail-customer-journeys',
    title: 'Customer journeys',
    question: 'How far do customers get, where do they give up and why, and where do they go instead?',
  },
  {
    uid: 'apitrail-customers',
    title: 'Customers',
    question: 'How well is each customer served, and who should we talk to?',
  },
  {
    uid: 'apitrail-one-customer',
    title: 'One customer',
    question: 'What did one customer live through, in order?',
  },
  {
    uid: 'apitrail-retention',
    title: 'Retention',
    question: 'Who comes back, and what makes a difference?',
  },
  {
    uid: 'apitrail-api-errors',
    title: 'API errors',
    question: 'What breaks, whose fault is it, whom does it touch, and which requests are behind it?',
  },
] as const;
