import { InvalidArgumentError, Option } from 'commander';

import { loadSettings, type Settings } from '../config/settings';

/** `--lake` and `--config`, which most commands take. */
export const lakeOption = () =>
  new Option('--lake <folder>', 'folder of the lake (default: ./lake, or what the configuration says)');
export const configOption = () =>
  new Option('--config <file>', 'configuration (default: apitrail.yaml in the working folder, if there is one)');

export interface SettingsOptions {
  lake?: string;
  config?: string;
}

/** The settings of a command that takes `--lake` and `--config`. */
export function settingsOf({ lake, config }: SettingsOptions): Promise<Settings> {
  return loadSettings({
    flags: lake === undefined ? {} : { lake },
    ...(config === undefined ? {} : { configFile: config }),
  });
}

/** A parser of an option that must be one of a few words. */
export function oneOf<T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    if (!words.includes(text as T)) {
      throw new InvalidArgumentError(`Use one of: ${words.join(', ')}.`);
    }
    return text as T;
  };
}
