import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

import { z } from 'zod';

import { hasCode, makeDirectory, replaceFile } from '../../lake/durable';
import { stateDirectory } from '../../lake/layout';

const stateSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  unit: z.string(),
  /** ISO 8601 of when it was told last. */
  at: z.iso.datetime(),
  members: z.array(z.string()),
});

/** Whom a receiver has in a cohort. */
export type PushState = z.output<typeof stateSchema>;

/** Folder of what receivers have. */
export function pushDirectory(lake: string): string {
  return join(stateDirectory(lake), 'cohort-pushes');
}

/** Name of the file, and of the lock, of a webhook and a cohort. */
export const pushName = (webhook: string, cohort: string): string => `${webhook}--${cohort}`;

/** Whom a receiver has; undefined when it was told nothing yet, or what is known of it cannot be read: then it is told all of it anew. */
export async function readPushState(folder: string, name: string): Promise<PushState | undefined> {
  try {
    const text = await promisify(gunzip)(await readFile(fileOf(folder, name)));
    return stateSchema.safeParse(JSON.parse(text.toString('utf8'))).data;
  } catch (error) {
    if (hasCode(error, 'EACCES') || hasCode(error, 'EIO')) {
      throw error;
    }
    return undefined;
  }
}

/** Keeps whom a receiver has. */
export async function writePushState(folder: string, name: string, state: PushState): Promise<void> {
  await makeDirectory(folder);
  await replaceFile(fileOf(folder, name), await promisify(gzip)(JSON.stringify(state)));
}

/** Forgets whom a receiver has: it is told all of it anew. */
export async function removePushState(folder: string, name: string): Promise<void> {
  await rm(fileOf(folder, name), { force: true });
}

function fileOf(folder: string, name: string): string {
  return join(folder, `${name}.json.gz`);
}
