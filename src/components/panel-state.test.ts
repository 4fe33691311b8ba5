import { type DataQueryError, getDefaultTimeRange, LoadingState, type PanelData } from '@grafana/data';

import { messageFor } from './panel-state';

const failed = (error: DataQueryError): PanelData => ({
  state: LoadingState.Error,
  series: [],
  error,
  timeRange: getDefaultTimeRange(),
});

describe('the message of a query that failed', () => {
  it('has the reason of a request that failed as a whole', () => {
    expect(messageFor(failed({ message: 'Too many queries.', status: 503 }))?.text).toContain('Too many queries.');
  });

  it.each([
    [400, 'mend the query'],
    [401, 'Check the key'],
    [429, 'Run the query again in a moment'],
    [503, 'Run the query again in a moment'],
    [undefined, 'Run the query again in a moment'],
  ])('says what to do about the status %s', (status, what) => {
    expect(messageFor(failed({ message: 'It failed.', status }))?.text).toContain(what);
  });
});
