import type { KeyInfo } from '@apitrail/contract';
import type { ComboboxOption } from '@grafana/ui';

/** Keys and variables as options; grouped only when there is more than one group. */
export function keyOptions(keys: readonly KeyInfo[], variables: readonly string[]): ComboboxOption[] {
  const options: ComboboxOption[] = [
    ...keys.map(({ key, description, group }) => ({ value: key, label: key, description, group })),
    ...variables.map((name) => ({ value: name, label: name, group: 'Variables' })),
  ];
  const grouped = new Set(options.map(({ group }) => group)).size > 1;
  return grouped ? options : options.map(({ group: _, ...option }) => option);
}
