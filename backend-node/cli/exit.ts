import { ApitrailError, type ErrorCode } from '@apitrail/contract';
import { CommanderError } from 'commander';

/** Exit codes of every command. */
export const EXIT = { done: 0, failed: 1, usage: 2 } as const;

/** Errors of the one who called: the command line or the configuration is wrong, nothing was done. */
const USAGE_CODES: ReadonlySet<ErrorCode> = new Set([
  'APITRAIL_USAGE',
  'APITRAIL_BAD_CONFIG',
  'APITRAIL_NO_AUTH_REFUSED',
  'APITRAIL_BAD_MAPPING',
  'APITRAIL_BAD_RULE',
  'APITRAIL_BAD_OPENAPI',
  'APITRAIL_BAD_FORMAT',
]);

/**
 * Tells a person on standard error what went wrong, with code, place and how to mend it, and gives the exit code.
 * Commander has printed its own errors already.
 */
export function reportError(error: unknown, write: (text: string) => void): number {
  if (error instanceof CommanderError) {
    return error.exitCode === 0 ? EXIT.done : EXIT.usage;
  }
  if (error instanceof ApitrailError) {
    write(`apitrail: ${error.message}\n  code: ${error.code}\n${error.where ? `  where: ${error.where}\n` : ''}`);
    return USAGE_CODES.has(error.code) ? EXIT.usage : EXIT.failed;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  write(`apitrail: a fault in Apitrail, please report it: ${text}\n  code: APITRAIL_INTERNAL\n`);
  return EXIT.failed;
}
