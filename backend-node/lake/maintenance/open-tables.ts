import { existsSync } from 'node:fs';

import { ApitrailError } from '@apitrail/contract';

import { DeltaTable, type DeltaTableOptions } from '../delta-table';
import { logDirectory, tableDirectory } from '../layout';
import type { TableDefinition } from '../table-definition';

/** The tables, of those that are defined, that a lake has. Throws APITRAIL_NOT_FOUND when it has none. */
export function presentTables(lake: string, definitions: readonly TableDefinition[]): TableDefinition[] {
  const present = definitions.filter(({ name }) => existsSync(logDirectory(tableDirectory(lake, name))));
  if (present.length === 0) {
    throw new ApitrailError(
      'APITRAIL_NOT_FOUND',
      `There is no lake in ${lake}: it has no table ${definitions.map(({ name }) => name).join(' or ')}. Import something first, or name another folder with --lake.`,
      { where: lake }
    );
  }
  return present;
}

/** Opens the tables that a lake has. Throws APITRAIL_NOT_FOUND when it has none. */
export async function openTables(
  lake: string,
  definitions: readonly TableDefinition[],
  options: Omit<DeltaTableOptions, 'create'>
): Promise<DeltaTable[]> {
  return Promise.all(presentTables(lake, definitions).map((definition) => DeltaTable.open(definition, lake, options)));
}
