import React from 'react';
import type { DataSourcePluginOptionsEditorProps } from '@grafana/data';
import { Stack } from '@grafana/ui';

import type { ApitrailOptions, ApitrailSecureOptions } from '../types';
import { ConnectionSection } from './ConnectionSection';
import { DefaultsSection } from './DefaultsSection';
import { LinksSection } from './LinksSection';
import { TlsSection } from './TlsSection';
import { useSettings } from './use-settings';

export type ConfigEditorProps = DataSourcePluginOptionsEditorProps<ApitrailOptions, ApitrailSecureOptions>;

/** How the data source reaches the companion, and what its queries default to. */
export function ConfigEditor({ options, onOptionsChange }: ConfigEditorProps) {
  const settings = useSettings(options, onOptionsChange);
  return (
    <Stack direction="column" gap={0}>
      <ConnectionSection settings={settings} />
      <TlsSection settings={settings} />
      <DefaultsSection settings={settings} />
      <LinksSection settings={settings} />
    </Stack>
  );
}
