import React from 'react';
import { type DataSourceSrv, setDataSourceSrv } from '@grafana/runtime';
import { render, screen } from '@testing-library/react';

import apiErrors from '../dashboards/api-errors.json';
import apiOverview from '../dashboards/api-overview.json';
import customerJourneys from '../dashboards/customer-journeys.json';
import customers from '../dashboards/customers.json';
import oneCustomer from '../dashboards/one-customer.json';
import retention from '../dashboards/retention.json';
import { DASHBOARDS } from './dashboards';
import { GettingStarted } from './GettingStarted';

interface Source {
  uid: string;
  name: string;
  test: () => Promise<{ status: string; message: string }>;
}

function show(sources: Source[]) {
  setDataSourceSrv({
    getList: ({ pluginId }: { pluginId: string }) => (pluginId === 'apitrail-requests-datasource' ? sources : []),
    get: async (uid: string) => ({ testDatasource: sources.find((source) => source.uid === uid)?.test }),
  } as unknown as DataSourceSrv);
  render(<GettingStarted />);
}

it('tells how to get a data source when there is none', () => {
  show([]);
  expect(screen.getByText('There is no Apitrail data source yet')).toBeInTheDocument();
  expect(screen.getByText('Add a data source').closest('a')).toHaveAttribute(
    'href',
    expect.stringMatching(/\/connections\/datasources\/apitrail-requests-datasource$/)
  );
});

it('says that a data source answers, and what it answers', async () => {
  const message = 'Apitrail 0.1.0, 400,000 requests, the newest of a minute ago.';
  show([{ uid: 'a', name: 'Production', test: async () => ({ status: 'success', message }) }]);
  expect(await screen.findByText(message)).toBeInTheDocument();
  expect(screen.queryByText('Open its settings')).not.toBeInTheDocument();
});

it('says of each data source that does not answer why, and leads to its settings', async () => {
  show([
    { uid: 'a', name: 'Production', test: async () => ({ status: 'error', message: 'The key is not valid.' }) },
    { uid: 'b', name: 'Sample', test: () => Promise.reject(new Error('Connection refused.')) },
  ]);
  expect(await screen.findByText('The key is not valid.')).toBeInTheDocument();
  expect(await screen.findByText('Connection refused.')).toBeInTheDocument();
  const links = screen.getAllByText('Open its settings').map((text) => text.closest('a')?.getAttribute('href'));
  expect(links).toEqual([expect.stringMatching(/edit\/a$/), expect.stringMatching(/edit\/b$/)]);
});

it('links to the dashboards that the app ships with', () => {
  show([]);
  const shipped = [apiOverview, customerJourneys, customers, oneCustomer, retention, apiErrors].map(
    ({ uid, title }) => ({ uid, title })
  );
  expect(DASHBOARDS.map(({ uid, title }) => ({ uid, title }))).toEqual(shipped);
  for (const { uid, title } of shipped) {
    expect(screen.getByText(title).closest('a')).toHaveAttribute('href', `/d/${uid}`);
  }
});
