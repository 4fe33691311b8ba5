import { COHORT_KEY } from '@apitrail/contract';
import type { ComboboxOption } from '@grafana/ui';
import { useCallback } from 'react';

import { useEditor } from '../editor-context';

const SUGGESTED = 100;

/** Loads values of a key in the editor's range, most frequent first, dashboard variables before them. */
export function useValueOptions(key: string): (search: string) => Promise<ComboboxOption[]> {
  const { dataSource, dataset, range, variables } = useEditor();
  const from = range.from.valueOf();
  const to = range.to.valueOf();
  return useCallback(
    async (search) => {
      const named = variables
        .filter((name) => name.toLowerCase().includes(search.toLowerCase()))
        .map((name): ComboboxOption => ({ value: name, label: name, description: 'Dashboard variable' }));
      if (key === '' || search.startsWith('$')) {
        return named;
      }
      const values = await dataSource.resources
        .values({
          from,
          to,
          key,
          limit: SUGGESTED,
          ...(search ? { search } : {}),
          ...(dataset ? { dataset } : {}),
        })
        // Without the companion a value can still be typed.
        .catch(() => []);
      const formatted = new Intl.NumberFormat();
      return [
        ...named,
        ...values.map(({ value, requests }) => ({
          value,
          label: value,
          // Requests of saved cohorts are not counted.
          ...(key === COHORT_KEY ? {} : { description: `${formatted.format(requests)} requests` }),
        })),
      ];
    },
    [dataSource, dataset, from, to, key, variables]
  );
}
