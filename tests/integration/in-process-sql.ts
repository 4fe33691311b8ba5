import { ApitrailError, PARTITION_COLUMN, RECORD_COLUMNS } from '@apitrail/contract';

import { answer } from '../../backend-node/sql/child/answer';
import { openEngine } from '../../backend-node/sql/child/fence';
import { inlineParameters } from '../../backend-node/sql/inline-parameters';
import { AnswerReader } from '../../backend-node/sql/process/answer-reader';
import type { UserSqlRunner } from '../../backend-node/sql/user-sql';

const COLUMNS = [...RECORD_COLUMNS, PARTITION_COLUMN].map(({ name }) => name);
const OPTIONS = {
  limits: { dataBytes: 0, cpuSeconds: 0, fileBytes: 0, openFiles: 0 },
  memoryBytes: 2 ** 30,
  threads: 2,
  spillDirectory: undefined,
  spillBytes: 0,
};

/**
 * Runs SQL as the process for it does, macros, gate, fence and all, without starting one: for tests of what SQL means rather
 * than of what holds it.
 */
export const inProcessSql: UserSqlRunner = async ({ text, macros, tables, limit }) => {
  const connection = await openEngine(OPTIONS);
  const reader = new AnswerReader(limit);
  try {
    const ask = {
      text,
      macros,
      paths: [...new Set(tables.flatMap((table) => table.paths))],
      tables: tables.map(({ name, rows }) => ({ name, columns: COLUMNS, rows: inlineParameters(rows) })),
      limit,
    };
    await answer(ask, connection, OPTIONS, async (message) => void reader.take(JSON.stringify(message)));
    return reader.result;
  } catch (error) {
    throw error instanceof ApitrailError ? error : new ApitrailError('APITRAIL_SQL_FAILED', String(error));
  } finally {
    connection.closeSync();
  }
};
