import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';

import { checkSql } from '../gate';
import { offsetOfByte } from '../gate/position';
import { expandMacros } from '../macros';
import type { ValueLoss } from '../user-sql';
import { userError } from './engine-error';
import { closeFence } from './fence';
import type { ChildAsk, ChildOptions, FromChild } from './protocol';
import { columnWriter, type ColumnWriter } from './result-columns';

/** Sends a message to the parent; resolves when there is room for the next. */
export type Send = (message: FromChild) => Promise<void>;

/** About how many characters of values go into one message. */
const MESSAGE_CHARACTERS = 256 * 1024;

/** Limits up to which a result is computed whole before it is sent: that is quicker where few of many rows are found. */
const WHOLE_ROWS = 50_000;

/** What stands before the checked statement in what runs. */
const BEFORE = 'SELECT * FROM (';

/**
 * Answers the one question: macros are put in place, the text is checked over an engine without data, the fence closed, and
 * the text of the checked tree run. Throws an ApitrailError.
 */
export async function answer(
  ask: ChildAsk,
  connection: DuckDBConnection,
  options: ChildOptions,
  send: Send
): Promise<void> {
  const written = expandMacros(ask.text, ask.macros);
  const checked = await checkSql(written.sql, {
    tables: new Map(ask.tables.map(({ name, columns }) => [name, columns])),
    ask: async (statement, text) => {
      const reader = await connection.runAndReadAll(statement, [text]);
      return String(reader.getRows()[0]?.[0] ?? '');
    },
    origin: written,
  });
  await closeFence(connection, { paths: ask.paths, timezone: ask.macros.timezone, options });
  const statement = `${BEFORE}${checked.sql}) AS answer LIMIT ${ask.limit + 1}`;
  try {
    for (const { name, rows } of ask.tables) {
      await connection.run(`CREATE VIEW "${name.replaceAll('"', '""')}" AS ${rows}`);
    }
    const result = ask.limit < WHOLE_ROWS ? await connection.run(statement) : await connection.stream(statement);
    await sendResult(result, ask.limit, checked.sql, send);
  } catch (error) {
    const placeAt = (byte: number) => checked.placeOf(offsetOfByte(statement, byte) - BEFORE.length);
    throw userError(error, written, { placeAt, paths: ask.paths });
  }
}

async function sendResult(result: DuckDBResult, limit: number, executed: string, send: Send): Promise<void> {
  const types = result.columnTypes();
  const columns = result.columnNames().map((name, index) => columnWriter(name, types[index]!));
  await send({ type: 'columns', columns: columns.map(({ name, type, kind }) => ({ name, type, kind })), executed });
  let left = limit;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const vectors = columns.map((_, index) => chunk!.getColumnVector(index));
    let values: unknown[][] = columns.map(() => []);
    let count = 0;
    let size = 0;
    const flush = async () => {
      await send({ type: 'rows', count, values });
      values = columns.map(() => []);
      count = 0;
      size = 0;
    };
    for (let row = 0; row < Math.min(chunk.rowCount, left); row++) {
      columns.forEach((column, index) => {
        const value = column.write(vectors[index]!.getItem(row));
        values[index]!.push(value);
        size += sizeOf(value);
      });
      count++;
      if (size > MESSAGE_CHARACTERS) {
        await flush();
      }
    }
    if (count > 0) {
      await flush();
    }
    if (chunk.rowCount > left) {
      await send({ type: 'done', cut: true, losses: lossesOf(columns) });
      return;
    }
    left -= chunk.rowCount;
  }
  await send({ type: 'done', cut: false, losses: lossesOf(columns) });
}

/** The places of the columns that lost something, by what. */
function lossesOf(columns: readonly ColumnWriter[]): Record<ValueLoss, number[]> {
  const places = (loss: ValueLoss) => columns.flatMap(({ losses }, index) => (losses.has(loss) ? [index] : []));
  return { digits: places('digits'), time: places('time') };
}

/** About how many characters a value takes; what is nested is counted by what it holds. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') {
    return value.length;
  }
  if (Array.isArray(value)) {
    return value.reduce((sum: number, item) => sum + sizeOf(item), 2);
  }
  return value !== null && typeof value === 'object' ? sizeOf(Object.entries(value)) : 8;
}
