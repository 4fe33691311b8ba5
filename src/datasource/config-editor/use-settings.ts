import type { DataSourceSettings } from '@grafana/data';

import type { ApitrailOptions, ApitrailSecureOptions } from '../types';

type Options = DataSourceSettings<ApitrailOptions, ApitrailSecureOptions>;

/** The settings and what changes them. */
export interface Settings {
  options: Options;
  /** A provisioned data source cannot be changed here. */
  disabled: boolean;
  setUrl: (url: string) => void;
  set: (patch: Partial<ApitrailOptions>) => void;
  isSet: (secret: keyof ApitrailSecureOptions) => boolean;
  secret: (secret: keyof ApitrailSecureOptions) => string;
  setSecret: (secret: keyof ApitrailSecureOptions, value: string) => void;
  /** Forgets a stored secret, so that a new one can be given. */
  resetSecret: (secret: keyof ApitrailSecureOptions) => void;
}

/** The settings of a data source as a form reads and writes them. */
export function useSettings(options: Options, onOptionsChange: (options: Options) => void): Settings {
  const setSecret = (secret: keyof ApitrailSecureOptions, value: string) =>
    onOptionsChange({ ...options, secureJsonData: { ...options.secureJsonData, [secret]: value } });
  return {
    options,
    disabled: Boolean(options.readOnly),
    setUrl: (url) => onOptionsChange({ ...options, url }),
    set: (patch) => {
      const jsonData = Object.fromEntries(
        Object.entries({ ...options.jsonData, ...patch }).filter(([, value]) => value !== undefined)
      );
      onOptionsChange({ ...options, jsonData });
    },
    isSet: (secret) => Boolean(options.secureJsonFields?.[secret]),
    secret: (secret) => options.secureJsonData?.[secret] ?? '',
    setSecret,
    resetSecret: (secret) =>
      onOptionsChange({
        ...options,
        secureJsonFields: { ...options.secureJsonFields, [secret]: false },
        secureJsonData: { ...options.secureJsonData, [secret]: '' },
      }),
  };
}
