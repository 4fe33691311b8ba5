import React from 'react';
import { css } from '@emotion/css';
import { Field, FieldSet, Input, SecretInput } from '@grafana/ui';

import { urlProblem } from './url-problem';
import type { Settings } from './use-settings';

const WIDTH = 50;
const NO_WIDER = css({ maxWidth: '100%' });

/** Where the companion is, and the key it knows this Grafana by. */
export function ConnectionSection({ settings }: { settings: Settings }) {
  const { options, disabled } = settings;
  const problem = urlProblem(options.url);
  return (
    <FieldSet label="Connection">
      <Field
        label="URL"
        description="Query listener of the companion, as Grafana’s server reaches it."
        htmlFor="apitrail-url"
        required
        disabled={disabled}
        invalid={problem !== undefined}
        error={problem}
      >
        <Input
          id="apitrail-url"
          className={NO_WIDER}
          width={WIDTH}
          placeholder="http://companion:8585"
          value={options.url}
          onChange={(event) => settings.setUrl(event.currentTarget.value.trim())}
        />
      </Field>
      <Field
        label="Key"
        description="From: apitrail keys add --scope query. Grafana keeps it encrypted; browsers never see it."
        htmlFor="apitrail-key"
        disabled={disabled}
      >
        {disabled ? (
          // SecretInput offers its reset even where nothing can be saved.
          <Input id="apitrail-key" width={WIDTH} value={settings.isSet('apiKey') ? 'configured' : ''} readOnly />
        ) : (
          <SecretInput
            id="apitrail-key"
            width={WIDTH}
            isConfigured={settings.isSet('apiKey')}
            value={settings.secret('apiKey')}
            onChange={(event) => settings.setSecret('apiKey', event.currentTarget.value.trim())}
            onReset={() => settings.resetSecret('apiKey')}
          />
        )}
      </Field>
      <Field
        label="Timeout"
        description="Seconds after which a query is given up."
        htmlFor="apitrail-timeout"
        disabled={disabled}
      >
        <Input
          id="apitrail-timeout"
          width={12}
          type="number"
          min={1}
          max={3600}
          placeholder="30"
          value={options.jsonData.timeout ?? ''}
          onChange={(event) => settings.set({ timeout: wholeNumber(event.currentTarget.value) })}
        />
      </Field>
      <Field
        label="Largest answer"
        description="Megabytes after which an answer is given up, so that one query cannot fill Grafana’s memory."
        htmlFor="apitrail-max-response"
        disabled={disabled}
      >
        <Input
          id="apitrail-max-response"
          width={12}
          type="number"
          min={1}
          max={512}
          placeholder="64"
          value={options.jsonData.maxResponseMB ?? ''}
          onChange={(event) => settings.set({ maxResponseMB: wholeNumber(event.currentTarget.value) })}
        />
      </Field>
    </FieldSet>
  );
}

function wholeNumber(text: string): number | undefined {
  const number = Math.trunc(Number(text));
  return text.trim() === '' || !Number.isFinite(number) || number < 1 ? undefined : number;
}
