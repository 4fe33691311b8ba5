import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';

import { z } from 'zod';

import { hasCode, replaceFile } from '../../lake/durable';

const planSchema = z.strictObject({
  version: z.literal(1),
  url: z.string(),
  unit: z.string(),
  /** Members of a page. */
  size: z.number().int().min(1),
  cohort: z.strictObject({ name: z.string(), title: z.string().optional(), description: z.string().optional() }),
  /** What is told, in order; the pages of one belong together. */
  parts: z.array(
    z.strictObject({
      action: z.enum(['members', 'add_members', 'remove_members']),
      session: z.string(),
      members: z.array(z.string()),
    })
  ),
  /** Whom the receiver has when it took all pages. */
  members: z.array(z.string()),
});

/** What a push is telling a receiver: the pages it consists of, until all are taken. */
export type PushPlan = z.output<typeof planSchema>;

const progressSchema = z.strictObject({ session: z.string(), taken: z.number().int().min(0) });

/** A plan that was begun, and how many of its pages the receiver took. */
export interface BegunPlan {
  plan: PushPlan;
  taken: number;
}

/** Keeps a plan before its first page is sent. */
export async function writePlan(folder: string, name: string, plan: PushPlan): Promise<void> {
  await replaceFile(planFile(folder, name), await promisify(gzip)(JSON.stringify(plan)));
}

/** Keeps that the receiver took so many pages of the plan. */
export async function writeTaken(folder: string, name: string, plan: PushPlan, taken: number): Promise<void> {
  await replaceFile(progressFile(folder, name), JSON.stringify({ session: idOf(plan), taken }));
}

/** The plan that was begun and not ended; undefined when there is none, or it cannot be read: then the push begins anew. */
export async function readPlan(folder: string, name: string): Promise<BegunPlan | undefined> {
  const text = await readIfThere(planFile(folder, name), async (bytes) => (await promisify(gunzip)(bytes)).toString());
  const plan = text === undefined ? undefined : planSchema.safeParse(parsed(text)).data;
  if (!plan) {
    return undefined;
  }
  const told = await readIfThere(progressFile(folder, name), (bytes) => Promise.resolve(bytes.toString()));
  const progress = told === undefined ? undefined : progressSchema.safeParse(parsed(told)).data;
  return { plan, taken: progress?.session === idOf(plan) ? progress.taken : 0 };
}

/** Forgets a plan that is done with. */
export async function removePlan(folder: string, name: string): Promise<void> {
  await rm(planFile(folder, name), { force: true });
  await rm(progressFile(folder, name), { force: true });
}

/** What tells plans apart. */
const idOf = ({ parts }: PushPlan): string => parts[0]?.session ?? '';

async function readIfThere(path: string, decode: (bytes: Buffer) => Promise<string>): Promise<string | undefined> {
  try {
    return await decode(await readFile(path));
  } catch (error) {
    if (hasCode(error, 'EACCES') || hasCode(error, 'EIO')) {
      throw error;
    }
    return undefined;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const planFile = (folder: string, name: string): string => join(folder, `${name}.pending.json.gz`);
const progressFile = (folder: string, name: string): string => join(folder, `${name}.taken.json`);
