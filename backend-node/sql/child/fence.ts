import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

import type { ChildOptions } from './protocol';

/** Extensions that are part of the engine. No other may be there. */
const BUILT_IN = new Set(['autocomplete', 'core_functions', 'icu', 'jemalloc', 'json', 'parquet']);

/**
 * Starts the engine as SQL of others may use it, but for what is known only when they ask. Throws an Error that says what
 * does not hold.
 */
export async function openEngine({ memoryBytes, threads, spillDirectory, spillBytes }: ChildOptions) {
  const instance = await DuckDBInstance.create(':memory:', {
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    threads: String(threads),
    memory_limit: `${memoryBytes}B`,
    temp_directory: spillDirectory ?? '',
    ...(spillDirectory === undefined ? {} : { max_temp_directory_size: `${spillBytes}B` }),
  });
  const connection = await instance.connect();
  await connection.run('SET allow_persistent_secrets = false');
  // Errors then say at which character, and which names are near.
  await connection.run('SET errors_as_json = true');
  await checkExtensions(connection);
  return connection;
}

/**
 * Lets the engine read these files and nothing else, for good, and makes sure that it is so. Throws an Error that says what
 * does not hold.
 */
export async function closeFence(
  connection: DuckDBConnection,
  { paths, timezone, options }: { paths: readonly string[]; timezone: string; options: ChildOptions }
): Promise<void> {
  const allowed = [...new Set(paths)];
  await connection.run(`SET GLOBAL TimeZone = ${quoted(timezone)}`);
  await connection.run(`SET allowed_paths = [${allowed.map(quoted).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  await checkFence(connection, allowed, options);
}

/** Reads back what was set: a switch that an upgrade of the engine renames or ignores must not be trusted. */
async function checkFence(
  connection: DuckDBConnection,
  allowed: readonly string[],
  { spillDirectory, threads }: ChildOptions
): Promise<void> {
  const names = [
    'autoinstall_known_extensions',
    'autoload_known_extensions',
    'allow_community_extensions',
    'allow_unsigned_extensions',
    'allow_persistent_secrets',
    'enable_external_access',
    'lock_configuration',
    'threads',
  ];
  const [values] = await rows(
    connection,
    `SELECT ${names.map((name) => `current_setting('${name}')::VARCHAR`).join()}`
  );
  const expected = names.map((name) =>
    name === 'lock_configuration' ? 'true' : name === 'threads' ? String(threads) : 'false'
  );
  names.forEach((name, index) => {
    if (values?.[index] !== expected[index]) {
      throw new Error(`the engine's setting ${name} is ${String(values?.[index])}`);
    }
  });
  const lists = await rows(
    connection,
    `SELECT len(current_setting('allowed_paths')), list_sort(current_setting('allowed_paths'))::VARCHAR = list_sort([${allowed.map(quoted).join(', ')}]::VARCHAR[])::VARCHAR, len(current_setting('allowed_directories')), current_setting('temp_directory')`
  );
  const [count, same, directories, temporary] = lists[0] ?? [];
  if (Number(count) !== allowed.length || (allowed.length > 0 && same !== true)) {
    throw new Error('the engine allows other files than those of the snapshot');
  }
  if (Number(directories) > (spillDirectory === undefined ? 0 : 1) || temporary !== (spillDirectory ?? '')) {
    throw new Error('the engine allows other folders than the one it spills to');
  }
}

/** Looked at before the fence is closed, since it asks what lies in folders; none can be loaded afterwards. */
async function checkExtensions(connection: DuckDBConnection): Promise<void> {
  const loaded = await rows(connection, 'SELECT extension_name FROM duckdb_extensions() WHERE loaded');
  const foreign = loaded.map(([name]) => String(name)).find((name) => !BUILT_IN.has(name));
  if (foreign !== undefined) {
    throw new Error(`the engine has the extension ${foreign}`);
  }
}

async function rows(connection: DuckDBConnection, statement: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(statement)).getRows();
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
