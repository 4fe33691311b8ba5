import { ApitrailError } from '@apitrail/contract';

import { DeltaTable, type DeltaTableOptions } from './delta-table';
import { REQUESTS_TABLE, type TableDefinition } from './table-definition';

/** The tables a lake may have, the one every lake has first. What maintains a lake maintains all of them. */
export const LAKE_TABLES: readonly TableDefinition[] = [REQUESTS_TABLE];

/** Opens the tables that a lake has. Throws APITRAIL_NOT_FOUND when it has no table of requests. */
export async function openTables(lake: string, options: Omit<DeltaTableOptions, 'create'>): Promise<DeltaTable[]> {
  const tables: DeltaTable[] = [];
  for (const definition of LAKE_TABLES) {
    const table = await DeltaTable.open(definition, lake, options).catch((error: unknown) => {
      if (definition !== REQUESTS_TABLE && error instanceof ApitrailError && error.code === 'APITRAIL_NOT_FOUND') {
        return undefined;
      }
      throw error;
    });
    if (table) {
      tables.push(table);
    }
  }
  return tables;
}
