import React, { useState } from 'react';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';

import { haveDataSources } from '../testing/grafana-data-sources';
import { giveSizes } from '../testing/layout';
import { ConfigEditor, type ConfigEditorProps } from './ConfigEditor';

type Options = ConfigEditorProps['options'];

jest.setTimeout(60_000);

const EMPTY = {
  id: 1,
  uid: 'apitrail',
  name: 'Apitrail',
  type: 'apitrail-requests-datasource',
  url: '',
  jsonData: {},
  secureJsonFields: {},
  readOnly: false,
} as unknown as Options;

function host(options: Partial<Options> = {}) {
  giveSizes();
  haveDataSources({ uid: 'tempo-1', name: 'Tempo', type: 'tempo' });
  let saved: Options = { ...EMPTY, ...options };
  function Host() {
    const [current, setCurrent] = useState(saved);
    return (
      <ConfigEditor
        options={current}
        onOptionsChange={(next) => {
          saved = next;
          setCurrent(next);
        }}
      />
    );
  }
  render(<Host />);
  return { user: userEvent.setup(), saved: () => saved };
}

it('stores the URL and, as a secret, the key', async () => {
  const { user, saved } = host();
  await user.type(screen.getByLabelText(/^URL/), 'http://companion:8585');
  await user.type(screen.getByLabelText(/^Key/), 'atk_secret');
  expect(saved()).toMatchObject({ url: 'http://companion:8585', secureJsonData: { apiKey: 'atk_secret' } });
  expect(JSON.stringify(saved().jsonData)).not.toContain('atk_secret');
});

it.each([
  ['', /Give the address/],
  ['companion', /with its scheme/],
  ['companion:8585', /begin with http/],
  ['http://me:pw@companion:8585', /user and password/],
  ['http://companion:8585/?x=1', /Leave out what follows/],
])('says what is wrong with the URL %p', (url, message) => {
  host({ url });
  expect(screen.getByText(message)).toBeInTheDocument();
});

it.each(['http://companion:8585', 'https://gateway.example/apitrail'])('has nothing against the URL %p', (url) => {
  host({ url });
  expect(screen.getByLabelText(/^URL/)).toBeValid();
});

it('never shows a stored key, and forgets it on reset', async () => {
  const { user, saved } = host({ secureJsonFields: { apiKey: true } });
  expect(screen.getByLabelText(/^Key/)).toBeDisabled();
  await user.click(screen.getByText('Reset'));
  expect(saved()).toMatchObject({ secureJsonFields: { apiKey: false }, secureJsonData: { apiKey: '' } });
  expect(screen.getByLabelText(/^Key/)).toBeEnabled();
});

it('stores the timeout as a number of seconds, as the SDK reads it', async () => {
  const { user, saved } = host();
  await user.type(screen.getByLabelText(/^Timeout/), '45');
  expect(saved().jsonData.timeout).toBe(45);
  await user.clear(screen.getByLabelText(/^Timeout/));
  expect(saved().jsonData).not.toHaveProperty('timeout');
});

it('stores the largest answer in megabytes, as the forwarder reads it', async () => {
  const { user, saved } = host();
  await user.type(screen.getByLabelText(/^Largest answer/), '128');
  expect(saved().jsonData.maxResponseMB).toBe(128);
});

it('stores the tracing data source that trace ids lead to', async () => {
  const { user, saved } = host();
  await user.click(screen.getByLabelText('Select a data source'));
  await user.click(screen.getByText('Tempo'));
  expect(saved().jsonData.traceDatasourceUid).toBe('tempo-1');
});

it('takes certificates as secrets', async () => {
  const { user, saved } = host();
  await user.click(screen.getByLabelText(/^Own certificate authority/));
  await user.click(screen.getByLabelText(/^Client certificate/));
  await user.click(screen.getByLabelText(/^CA certificate/));
  await user.paste('-----BEGIN CERTIFICATE-----');
  await user.click(screen.getByLabelText(/^Private key/));
  await user.paste('-----BEGIN PRIVATE KEY-----');
  await user.type(screen.getByLabelText(/^Server name/), 'companion.internal');
  expect(saved()).toMatchObject({
    jsonData: { tlsAuth: true, tlsAuthWithCACert: true, serverName: 'companion.internal' },
    secureJsonData: { tlsCACert: '-----BEGIN CERTIFICATE-----', tlsClientKey: '-----BEGIN PRIVATE KEY-----' },
  });
});

it('skips verification only when told to', async () => {
  const { user, saved } = host();
  expect(saved().jsonData.tlsSkipVerify).toBeUndefined();
  await user.click(screen.getByLabelText(/^Skip verification/));
  expect(saved().jsonData.tlsSkipVerify).toBe(true);
});

it('stores defaults, and takes them out when emptied', async () => {
  const { user, saved } = host();
  await user.type(screen.getByLabelText(/^Dataset/), 'gateway');
  expect(saved().jsonData).toEqual({ dataset: 'gateway' });
  await user.clear(screen.getByLabelText(/^Dataset/));
  expect(saved().jsonData).toEqual({});
});

it('can be read but not changed when it is provisioned', () => {
  host({
    readOnly: true,
    url: 'http://companion:8585',
    jsonData: { tlsAuth: true, tlsAuthWithCACert: true },
    secureJsonFields: { apiKey: true, tlsClientKey: true },
  });
  const fields = document.querySelectorAll('input, textarea');
  expect(fields.length).toBeGreaterThan(5);
  for (const field of fields) {
    expect(field).toBeDisabled();
  }
  expect(document.querySelectorAll('button:not(:disabled)')).toHaveLength(0);
  expect(screen.getByLabelText(/^Key/)).toHaveValue('configured');
});
