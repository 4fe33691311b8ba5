import { acquireLock, type ProcessLock } from '../../lake/process-lock';

/** Lets one import at a time into a lake. Throws APITRAIL_LAKE_BUSY, which says who imports. */
export function acquireImportLock(folder: string): Promise<ProcessLock> {
  return acquireLock(folder, {
    name: 'import',
    holder: 'Another import writes to this lake',
    advice: 'Wait until it has ended, or stop it; what it has not finished the next import goes on with.',
  });
}
