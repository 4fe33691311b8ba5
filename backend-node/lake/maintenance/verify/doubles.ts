import { relative } from 'node:path';

import { readTags, sha256OfFile } from '../../file-tags';
import { dataFilePath } from '../../layout';
import type { DataFile, TableState } from '../../table-state';
import type { FileCheckOptions } from './data-file';
import type { Report } from './finding';

/** Reports files that a table has twice: under two spellings of one path, or with the same content. Their rows count twice. */
export async function reportDoubles(
  lake: string,
  table: string,
  { files }: TableState,
  options: FileCheckOptions,
  report: Report
): Promise<void> {
  const byPath = new Map<string, DataFile>();
  for (const file of files.values()) {
    const path = pathOf(table, file);
    const other = path === undefined ? undefined : byPath.get(path);
    if (path !== undefined && other) {
      const message = `is in the table twice, as ${other.add.path} and as ${file.add.path}: its rows count twice. Restore the log from a backup`;
      report({ severity: 'error', check: 'double', where: relative(lake, path), message, mend: 'none' });
    } else if (path !== undefined) {
      byPath.set(path, file);
    }
  }
  const bySize = new Map<number, string[]>();
  for (const [path, { add }] of byPath) {
    bySize.set(add.size, [...(bySize.get(add.size) ?? []), path]);
  }
  for (const paths of bySize.values()) {
    const seen = new Map<string, string>();
    for (const path of paths.length > 1 ? paths : []) {
      const content = await contentOf(path, byPath.get(path), options);
      const other = content === undefined ? undefined : seen.get(content);
      if (other !== undefined) {
        const message = `has the same content as ${relative(lake, other)}: its rows count twice. Unless they were imported twice on purpose, restore the log from a backup`;
        report({ severity: 'warning', check: 'double', where: relative(lake, path), message, mend: 'none' });
      } else if (content !== undefined) {
        seen.set(content, path);
      }
    }
  }
}

function pathOf(table: string, { add }: DataFile): string | undefined {
  try {
    return dataFilePath(table, add.path);
  } catch {
    return undefined;
  }
}

/** The checksum of a file: that of the log, or one that is made. What cannot be read is a finding elsewhere. */
async function contentOf(
  path: string,
  file: DataFile | undefined,
  { quick, signal }: FileCheckOptions
): Promise<string | undefined> {
  const noted = file && readTags(file.add).sha256;
  if (noted !== undefined || quick) {
    return noted;
  }
  return sha256OfFile(path, signal).catch((error: unknown) => {
    if (signal?.aborted) {
      throw error;
    }
    return undefined;
  });
}
