import { open, type FileHandle } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';

import { ApitrailError } from '@apitrail/contract';

import { hasCode } from '../../lake/durable';

const LONGEST_TEXT = 200;
const IPV4 = /\b(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}\b/g;
/** What may hold an IPv6 address: times and names of many a language have colons too. */
const WITH_COLONS = /[\w:]+(?:\.\d{1,3}){0,3}/g;
const IPV6_GROUPS = 9;
const QUERY = /\?[^\s"']*/g;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;
const LONG_SECRET =
  /\b(bearer|basic|token|password|passwd|secret|api[-_]?key|authorization|cookie)\b(["':=\s]+)[^\s"',;]+/gi;

/** A line that is no row. */
export interface RejectedLine {
  file: string;
  line: number;
  reason: string;
  text: string;
}

/**
 * What a reject shows of its line: 200 characters, with addresses cut and query strings, e-mail addresses and what looks
 * like a secret left out, since nobody has told which part of such a line is what.
 */
export function shownText(line: string): string {
  return line
    .slice(0, LONGEST_TEXT * 2)
    .replace(LONG_SECRET, '$1$2…')
    .replace(QUERY, '?…')
    .replace(EMAIL, '…@…')
    .replace(IPV4, '$1.0')
    .replace(WITH_COLONS, withoutIpv6)
    .slice(0, LONGEST_TEXT);
}

function withoutIpv6(text: string): string {
  const groups = text.split(':');
  for (let size = Math.min(groups.length, IPV6_GROUPS); size >= 3; size--) {
    for (let from = 0; from + size <= groups.length; from++) {
      if (isIPv6(groups.slice(from, from + size).join(':'))) {
        const before = groups.slice(0, from).map((group) => `${group}:`);
        const after = groups.slice(from + size).map((group) => `:${group}`);
        return `${withoutIpv6(before.join(''))}…:…${withoutIpv6(after.join(''))}`;
      }
    }
  }
  return text;
}

/** The file of `--rejects`: JSON lines. An import that goes on from a commit goes on in it from there, too. */
export class RejectsFile {
  private waiting = '';

  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    private bytes: number
  ) {}

  /** `unfinished` is the file of an import that was cut off, and how much of it went with its last commit. */
  static async open(file: string, unfinished: { file: string; bytes: number } | null): Promise<RejectsFile> {
    const path = resolve(file);
    const from = unfinished?.file === path ? unfinished.bytes : 0;
    try {
      const handle = await open(path, from > 0 ? 'r+' : 'w', 0o600);
      const size = Math.min(from, (await handle.stat()).size);
      await handle.truncate(size);
      return new RejectsFile(path, handle, size);
    } catch (cause) {
      if (from > 0 && hasCode(cause, 'ENOENT')) {
        return RejectsFile.open(file, null);
      }
      throw new ApitrailError(
        'APITRAIL_BAD_FILE',
        `The rejects file ${file} cannot be written: ${(cause as Error).message}.`,
        {
          where: file,
          cause,
        }
      );
    }
  }

  add(reject: RejectedLine): void {
    this.waiting += `${JSON.stringify(reject)}\n`;
  }

  /** Puts what was added on the disk and gives how long the file is then. */
  async flush(): Promise<number> {
    if (this.waiting !== '') {
      const bytes = Buffer.from(this.waiting);
      this.waiting = '';
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await this.handle.write(bytes, from, bytes.length - from, this.bytes);
        this.bytes += bytesWritten;
        from += bytesWritten;
      }
      await this.handle.datasync();
    }
    return this.bytes;
  }

  async close(): Promise<void> {
    await this.handle.close();
  }
}
