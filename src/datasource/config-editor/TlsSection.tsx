import React from 'react';
import { Field, FieldSet, Input, SecretTextArea, Switch } from '@grafana/ui';

import type { ApitrailSecureOptions } from '../types';
import type { Settings } from './use-settings';

const COLUMNS = 60;
const CERTIFICATE = 'Begins with -----BEGIN CERTIFICATE-----';

/** Whom to trust and how to prove who we are, for a companion behind https. */
export function TlsSection({ settings }: { settings: Settings }) {
  const { options, disabled, set } = settings;
  const { tlsSkipVerify, tlsAuthWithCACert, tlsAuth, serverName } = options.jsonData;
  return (
    <FieldSet label="TLS">
      <Field
        label="Own certificate authority"
        description="Trust the authority below instead of the system’s."
        disabled={disabled}
      >
        <Switch
          id="apitrail-tls-ca"
          value={tlsAuthWithCACert ?? false}
          onChange={(event) => set({ tlsAuthWithCACert: event.currentTarget.checked })}
        />
      </Field>
      {tlsAuthWithCACert && (
        <Pem settings={settings} secret="tlsCACert" label="CA certificate" placeholder={CERTIFICATE} />
      )}
      <Field
        label="Client certificate"
        description="Prove to the companion’s gateway who we are (mTLS)."
        disabled={disabled}
      >
        <Switch
          id="apitrail-tls-client"
          value={tlsAuth ?? false}
          onChange={(event) => set({ tlsAuth: event.currentTarget.checked })}
        />
      </Field>
      {tlsAuth && (
        <>
          <Pem settings={settings} secret="tlsClientCert" label="Certificate" placeholder={CERTIFICATE} />
          <Pem
            settings={settings}
            secret="tlsClientKey"
            label="Private key"
            placeholder="Begins with -----BEGIN PRIVATE KEY-----"
          />
        </>
      )}
      {(tlsAuth || tlsAuthWithCACert) && (
        <Field
          label="Server name"
          description="Name in the companion’s certificate, where it is not the host of the URL."
          htmlFor="apitrail-tls-server-name"
          disabled={disabled}
        >
          <Input
            id="apitrail-tls-server-name"
            width={50}
            value={serverName ?? ''}
            onChange={(event) => set({ serverName: event.currentTarget.value.trim() || undefined })}
          />
        </Field>
      )}
      <Field
        label="Skip verification"
        description="Takes any certificate: whoever sits between can read the key. For tests only."
        disabled={disabled}
      >
        <Switch
          id="apitrail-tls-skip"
          value={tlsSkipVerify ?? false}
          onChange={(event) => set({ tlsSkipVerify: event.currentTarget.checked })}
        />
      </Field>
    </FieldSet>
  );
}

interface PemProps {
  settings: Settings;
  secret: keyof ApitrailSecureOptions;
  label: string;
  placeholder: string;
}

function Pem({ settings, secret, label, placeholder }: PemProps) {
  const id = `apitrail-${secret}`;
  return (
    <Field label={label} htmlFor={id} disabled={settings.disabled}>
      {settings.disabled ? (
        <Input id={id} width={50} value={settings.isSet(secret) ? 'configured' : ''} readOnly />
      ) : (
        <SecretTextArea
          id={id}
          rows={6}
          cols={COLUMNS}
          placeholder={placeholder}
          isConfigured={settings.isSet(secret)}
          value={settings.secret(secret)}
          onChange={(event) => settings.setSecret(secret, event.currentTarget.value)}
          onReset={() => settings.resetSecret(secret)}
        />
      )}
    </Field>
  );
}
