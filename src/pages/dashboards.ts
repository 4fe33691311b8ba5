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
    question: 'How far do customers get, where do they give up, and how long does it take them?',
  },
  {
    uid: 'apitrail-api-errors',
    title: 'API errors',
    question: 'What breaks, whose fault is it, whom does it touch, and which requests are behind it?',
  },
] as const;
