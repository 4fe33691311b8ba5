import { createWriteStream, type WriteStream } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { once } from 'node:events';
import { join } from 'node:path';

import { RECORD_COLUMNS } from '@apitrail/contract';

import type { RequestRecord } from '../normalise';

const NEEDS_ESCAPING = /["\\\u0000-\u001f]/;
const PART_CHARACTERS = 1024 * 1024;

const COLUMNS = RECORD_COLUMNS.filter(({ name }) => name !== 'attributes').map(({ name, type }) => ({
  name: name as keyof RequestRecord,
  head: `,"${name}":`,
  isText: type === 'string',
}));

/** One row as the lake takes it in: a line of JSON under the record’s column names, without what is null. */
export function rowLine(record: RequestRecord): string {
  let line = '';
  for (const { name, head, isText } of COLUMNS) {
    const value = record[name];
    if (value !== undefined) {
      line += isText ? head + quoted(value as string) : head + (value as number);
    }
  }
  const { attributes } = record;
  if (attributes !== undefined) {
    let inner = '';
    for (const name in attributes) {
      inner += `${inner === '' ? '' : ','}${quoted(name)}:${quoted(attributes[name]!)}`;
    }
    line += `,"attributes":{${inner}}`;
  }
  return `{${line.slice(1)}}\n`;
}

function quoted(text: string): string {
  return NEEDS_ESCAPING.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** A file of rows on their way into the lake, in a folder only its owner can read. */
export class StagedRows {
  private constructor(
    readonly path: string,
    private readonly stream: WriteStream
  ) {}

  static async create(folder: string, name: string): Promise<StagedRows> {
    const path = join(folder, name);
    await (await open(path, 'wx', 0o600)).close();
    return new StagedRows(path, createWriteStream(path, { flags: 'a' }));
  }

  /** Writes records, no faster than the disk takes them. */
  async write(records: readonly RequestRecord[], prepare: (record: RequestRecord) => void): Promise<void> {
    let part = '';
    for (const record of records) {
      prepare(record);
      part += rowLine(record);
      if (part.length >= PART_CHARACTERS) {
        await this.put(part);
        part = '';
      }
    }
    await this.put(part);
    this.stream.end();
    await once(this.stream, 'close');
  }

  async remove(): Promise<void> {
    this.stream.destroy();
    await unlink(this.path).catch(() => undefined);
  }

  private async put(part: string): Promise<void> {
    if (part !== '' && !this.stream.write(part)) {
      await once(this.stream, 'drain');
    }
  }
}
