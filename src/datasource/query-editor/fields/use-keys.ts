import { DERIVED_KEYS, type KeyInfo, RECORD_COLUMNS } from '@apitrail/contract';
import { useEffect, useMemo, useState } from 'react';

import { useEditor } from '../editor-context';

/** The keys every record has; what is shown until the companion has said what it has, or when it does not answer. */
export const RECORD_KEYS: readonly KeyInfo[] = [
  ...RECORD_COLUMNS.filter((column) => column.type !== 'map<string,string>').map(
    ({ name, type, description }): KeyInfo => ({
      key: name,
      type: type === 'string' ? 'string' : type === 'timestamp' ? 'time' : 'number',
      description,
      group: 'Record',
    })
  ),
  ...Object.entries(DERIVED_KEYS).map(([key, description]): KeyInfo => ({
    key,
    type: 'string',
    description,
    group: 'Record',
  })),
];

/** Keys of the query's dataset that can be grouped by, attributes that occur in it included. */
export function useKeys(): readonly KeyInfo[] {
  const keys = useFilterKeys();
  return useMemo(() => keys.filter(({ group }) => group !== 'Cohorts'), [keys]);
}

/** Those, and the key of saved cohorts, which can only be filtered by. */
export function useFilterKeys(): readonly KeyInfo[] {
  const { dataSource, dataset } = useEditor();
  const [keys, setKeys] = useState<readonly KeyInfo[]>(RECORD_KEYS);
  useEffect(() => {
    let wanted = true;
    dataSource.resources.keys(dataset).then(
      (found) => wanted && setKeys(found),
      () => wanted && setKeys(RECORD_KEYS)
    );
    return () => {
      wanted = false;
    };
  }, [dataSource, dataset]);
  return keys;
}
