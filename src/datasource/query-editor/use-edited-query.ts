import { useCallback, useEffect, useRef } from 'react';

import type { ApitrailQuery } from '../types';
import type { Change } from './form-props';

/**
 * Applies changes to the newest query, not to the one that was drawn: two fields may change before the editor is drawn
 * again. A field set to undefined is taken out.
 */
export function useEditedQuery(
  query: ApitrailQuery,
  onChange: (query: ApitrailQuery) => void,
  onRunQuery: () => void
): Change<ApitrailQuery> {
  const newest = useRef(query);
  useEffect(() => {
    newest.current = query;
  }, [query]);

  return useCallback<Change<ApitrailQuery>>(
    (patch, { run = true } = {}) => {
      const changed = Object.entries({ ...newest.current, ...patch }).filter(([, value]) => value !== undefined);
      newest.current = Object.fromEntries(changed) as unknown as ApitrailQuery;
      onChange(newest.current);
      if (run) {
        onRunQuery();
      }
    },
    [onChange, onRunQuery]
  );
}
