import { stat } from 'node:fs/promises';

import { ApitrailError } from '@apitrail/contract';

import { hasCode } from '../durable';
import { hasLoggedRows, ROWS_AWAITED, ROWS_INTERRUPTED } from './awaited-rows';
import { readHotFolder, type HotFile } from './hot-files';

/** The hot files of a lake, as a reader sees them: listed anew every time, looked at once. */
export class HotRows {
  private last: readonly HotFile[] = [];

  /**
   * `lake` is the folder of the lake; `interrupted` whether the process that takes in is known to have ended, and the next
   * one not to be ready: what it had not yet written to a hot file is then in none.
   */
  constructor(
    private readonly lake: string,
    private readonly interrupted: () => boolean = () => false
  ) {}

  /**
   * The hot files there are now, oldest batches first. The same list as the last time when nothing has changed. What is in
   * a commit is still among them: list them before the log is read, then leave that out with `notCommitted`.
   */
  async list(): Promise<readonly HotFile[]> {
    return (await this.look()).files;
  }

  /**
   * The same, and what is said while rows are awaited: acknowledged, and neither in these files nor in a commit, as after a
   * boot of the machine or a kill of the process that takes in, until it has made them again.
   */
  async look(): Promise<{ files: readonly HotFile[]; missing: string | undefined }> {
    // It may be back once the folder was read: what it made since is not among the files.
    const before = this.interrupted();
    const { files, complete } = await readHotFolder(this.lake);
    const why = !complete ? ROWS_AWAITED : before || this.interrupted() ? ROWS_INTERRUPTED : undefined;
    const missing = why !== undefined && (await hasLoggedRows(this.lake)) ? why : undefined;
    return { files: await this.known(files), missing };
  }

  private async known(listed: readonly HotFile[]): Promise<readonly HotFile[]> {
    const before = this.last;
    if (listed.length === before.length && listed.every(({ path }, index) => path === before[index]!.path)) {
      return before;
    }
    const known = new Map(before.map((file) => [file.path, file]));
    this.last = await Promise.all(listed.map(async (file) => known.get(file.path) ?? withSize(file)));
    return this.last;
  }
}

/** One that is gone again is still in the list: whether its rows count is said by the log alone. */
async function withSize(file: HotFile): Promise<HotFile> {
  const bytes = await stat(file.path).then(
    ({ size }) => size,
    (error: unknown) => {
      if (hasCode(error, 'ENOENT')) {
        return 0;
      }
      throw error;
    }
  );
  return { ...file, bytes };
}

/**
 * The hot files whose rows are in no commit, given the last batch that is in one. `files` are to be in the order of
 * `listHotFiles`, and listed before the log was read: a file that is committed meanwhile is then in both, and left out
 * here; in the other order its rows would be in neither.
 *
 * A file whose batches are all in another’s is that one’s. Throws APITRAIL_LAKE_UNREADABLE when a file is in a commit in
 * part, or two files share some of their batches: there is no telling then which of the rows are there twice.
 */
export function notCommitted(files: readonly HotFile[], committed: number | undefined): HotFile[] {
  const taken = committed ?? -1;
  const rest: HotFile[] = [];
  for (const file of files) {
    if (file.to <= taken) {
      continue;
    }
    if (file.from <= taken) {
      throw torn(file, `the table has the batches up to ${taken}, and the file those from ${file.from} to ${file.to}`);
    }
    const before = rest.at(-1);
    if (!before || file.from > before.to) {
      rest.push(file);
    } else if (file.from === before.from && file.to > before.to) {
      rest[rest.length - 1] = file;
    } else if (file.to > before.to) {
      throw torn(
        file,
        `it has the batches from ${file.from} to ${file.to}, and ${before.path} those from ${before.from} to ${before.to}`
      );
    }
  }
  return rest;
}

function torn({ path }: HotFile, why: string): ApitrailError {
  return new ApitrailError(
    'APITRAIL_LAKE_UNREADABLE',
    `Rows that were taken in cannot be told from those in the table: ${why}. Stop the companion, remove the folder of the file and start the companion again: the rows are made anew from the write-ahead log.`,
    { where: path }
  );
}
