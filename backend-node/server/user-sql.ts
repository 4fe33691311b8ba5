import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ApitrailError } from '@apitrail/contract';
import type { Logger } from 'pino';

import type { Settings } from '../config/settings';
import { maskSql } from '../sql/mask';
import { SqlSandbox, type SandboxEvent } from '../sql/process/sandbox';
import type { UserSqlRunner } from '../sql/user-sql';
import type { Caller } from './gate';

/** Most characters of SQL that a line of the log holds. */
const LOGGED_CHARACTERS = 4_000;

/** The sandbox of a companion's settings. `folder` is where its processes work and spill. */
export function openSandbox(settings: Settings, folder: string, onEvent?: (event: SandboxEvent) => void): SqlSandbox {
  return new SqlSandbox({
    config: settings.sql,
    threads: settings.limits.threads,
    script: childScript(process.argv[1] ?? ''),
    folder,
    ...(onEvent ? { onEvent } : {}),
  });
}

/** The script of the process for SQL, which is built beside the one of this program. */
function childScript(script: string): string {
  return join(dirname(realpathSync(script)), '..', 'dist', 'sql-child.mjs');
}

/** What the sandbox says, in the log. */
export function logSandbox(log: Logger): (event: SandboxEvent) => void {
  return (event) => {
    switch (event.type) {
      case 'isolation':
        log.info({ network: !event.isolation.network, rights: !event.isolation.rights }, 'processes for SQL');
        break;
      case 'unsafe':
        log.warn(event.reason);
        break;
      case 'ended':
        log.error({ pid: event.pid, err: event.error, stderr: event.stderr }, 'process for SQL ended');
        break;
    }
  };
}

export interface UserSqlOptions {
  sandbox: SqlSandbox;
  caller: Caller;
  /** Whether keys are asked for: then one without the scope `sql` is refused. */
  keys: boolean;
  logText: Settings['sql']['log_text'];
  /** Logs with the id of the request. */
  log: Logger;
}

/** What runs SQL for a caller: only where it may be, and with one line in the log whatever becomes of it. */
export function userSqlFor({ sandbox, caller, keys, logText, log }: UserSqlOptions): UserSqlRunner {
  return async (query, signal) => {
    const started = performance.now();
    const note = (outcome: Record<string, unknown>) =>
      log.info(
        {
          ...(caller.key ? { key: caller.key.id, keyName: caller.key.name } : {}),
          ...(caller.identity ? { identity: caller.identity } : {}),
          sql: (logText === 'full' ? query.text : maskSql(query.text)).slice(0, LOGGED_CHARACTERS),
          sqlHash: createHash('sha256').update(query.text).digest('hex').slice(0, 16),
          from: query.macros.from,
          to: query.macros.to,
          ms: Math.round(performance.now() - started),
          ...outcome,
        },
        'sql'
      );
    try {
      if (keys) {
        requireSqlScope(caller);
      }
      const result = await sandbox.run(query, signal);
      note({ rows: result.rowCount, cut: result.cutAt !== undefined });
      return result;
    } catch (error) {
      note({ code: error instanceof ApitrailError ? error.code : 'APITRAIL_INTERNAL' });
      throw error;
    }
  };
}

/** Throws APITRAIL_FORBIDDEN where the key does not have the scope `sql`. */
export function requireSqlScope({ key }: Caller): void {
  if (!key?.scopes.includes('sql')) {
    throw new ApitrailError(
      'APITRAIL_FORBIDDEN',
      `The key ${key?.name ?? ''} may not ask SQL: it lacks the scope sql. Make one that has both, and give it to the data source: apitrail keys add --scope query --scope sql --name NAME.`,
      { where: 'Authorization' }
    );
  }
}
