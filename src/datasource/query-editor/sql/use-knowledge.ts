import { PARTITION_COLUMN, RECORD_COLUMNS, type SqlSchema } from '@apitrail/contract';
import { useEffect, useMemo, useState } from 'react';

import { useEditor } from '../editor-context';
import { useKeys } from '../fields/use-keys';
import type { SqlKnowledge } from './completion/complete';

const ATTRIBUTE = 'attributes.';

/** What every lake has: what is suggested until the companion has said what it has, or when it does not answer. */
const RECORD_SCHEMA: SqlSchema = {
  tables: [
    {
      name: 'requests',
      description: `The requests of the query's dataset, one per row.`,
      columns: [...RECORD_COLUMNS, PARTITION_COLUMN].map(({ name, type, description }) => ({
        name,
        type,
        description,
      })),
    },
  ],
  functions: [],
  macros: [],
};

/** What SQL over the query's dataset may name. */
export function useKnowledge(): SqlKnowledge {
  const { dataSource, dataset, variables } = useEditor();
  const keys = useKeys();
  const [schema, setSchema] = useState(RECORD_SCHEMA);
  useEffect(() => {
    let wanted = true;
    dataSource.resources.sqlSchema(dataset).then(
      (found) => wanted && setSchema(isSchema(found) ? found : RECORD_SCHEMA),
      () => wanted && setSchema(RECORD_SCHEMA)
    );
    return () => {
      wanted = false;
    };
  }, [dataSource, dataset]);
  return useMemo(
    () => ({
      schema,
      variables,
      attributes: keys.filter(({ key }) => key.startsWith(ATTRIBUTE)).map(({ key }) => key.slice(ATTRIBUTE.length)),
    }),
    [schema, keys, variables]
  );
}

/** A companion of an older version answers with something else, or not at all. */
function isSchema(answer: unknown): answer is SqlSchema {
  const { tables, functions, macros } = (answer ?? {}) as Partial<SqlSchema>;
  return Array.isArray(tables) && Array.isArray(functions) && Array.isArray(macros);
}
