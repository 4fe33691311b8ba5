import { readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { ApitrailError, cohortSchema, MOST_COHORTS, type Cohort, type SavedCohort } from '@apitrail/contract';
import { z } from 'zod';

import { hasCode, makeDirectory, replaceFile } from '../lake/durable';
import { withFileLock } from '../lake/file-lock';
import { stateDirectory } from '../lake/layout';
import { checkDefinition, cohortNamed, type CohortSource } from '../queries/cohorts/definitions';

const fileSchema = z.strictObject({
  version: z.literal(1),
  cohorts: z.array(
    z.strictObject({ cohort: z.unknown(), updated: z.iso.datetime(), updatedBy: z.string().max(256).optional() })
  ),
});

/** Most bytes the definition of a cohort may have. */
const MOST_BYTES = 65_536;

/** File of the saved cohorts of a lake. */
export function cohortsFile(lake: string): string {
  return join(stateDirectory(lake), 'cohorts.json');
}

/**
 * The cohorts of the configuration, and those that were saved in the lake. Any number of processes may read and change them: what
 * one has saved the others see at once.
 */
export class CohortStore implements CohortSource {
  private readonly file: string;
  private known: { stamp: string; cohorts: SavedCohort[] } | undefined;

  constructor(
    lake: string,
    private readonly provisioned: readonly Cohort[]
  ) {
    this.file = cohortsFile(lake);
  }

  /** All of them, by name; of two of one name the configuration’s. Throws an ApitrailError where the file is damaged. */
  async list(): Promise<SavedCohort[]> {
    const provisioned = this.provisioned.map((cohort): SavedCohort => ({ ...cohort, provisioned: true }));
    const names = new Set(provisioned.map(({ name }) => name));
    const saved = (await this.saved()).filter(({ name }) => !names.has(name));
    return [...provisioned, ...saved].sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  /** The cohort of a name. Throws APITRAIL_UNKNOWN_COHORT, which names the nearest. */
  async get(name: string): Promise<SavedCohort> {
    const all = new Map((await this.list()).map((cohort) => [cohort.name, cohort]));
    return cohortNamed({ name, where: 'name' }, all) as SavedCohort;
  }

  /** Saves a cohort, in the place of one of the same name. Gives whether there was none. Throws an ApitrailError that says why not. */
  async save(cohort: Cohort, by?: string): Promise<{ cohort: SavedCohort; created: boolean }> {
    this.refuseProvisioned(cohort.name, 'saved over');
    const bytes = Buffer.byteLength(JSON.stringify(cohort));
    if (bytes > MOST_BYTES) {
      throw new ApitrailError(
        'APITRAIL_BODY_TOO_LARGE',
        `The definition of ${cohort.name} has ${bytes} bytes; at most ${MOST_BYTES} are saved.`,
        { where: cohort.name }
      );
    }
    const stored: SavedCohort = {
      ...cohort,
      provisioned: false,
      updated: new Date().toISOString(),
      ...(by === undefined ? {} : { updatedBy: by }),
    };
    let created = false;
    await this.change((cohorts) => {
      const others = cohorts.filter(({ name }) => name !== cohort.name);
      created = others.length === cohorts.length;
      const all = [...this.provisioned, ...others, cohort];
      if (created && all.length > MOST_COHORTS) {
        throw new ApitrailError(
          'APITRAIL_BAD_VALUE',
          `There are ${MOST_COHORTS} cohorts already, which is the most there may be. Delete one first.`,
          { where: cohort.name }
        );
      }
      checkDefinition(cohort, new Map(all.map((one) => [one.name, one])));
      return [...others, stored];
    });
    return { cohort: stored, created };
  }

  /** Deletes a cohort. Throws an ApitrailError when there is none, or another one is defined by it. */
  async delete(name: string): Promise<void> {
    this.refuseProvisioned(name, 'deleted');
    await this.get(name);
    await this.change((cohorts) => {
      const left = cohorts.filter((cohort) => cohort.name !== name);
      const all = new Map([...this.provisioned, ...left].map((one) => [one.name, one]));
      for (const cohort of all.values()) {
        try {
          checkDefinition(cohort, all);
        } catch (error) {
          throw new ApitrailError(
            'APITRAIL_BAD_VALUE',
            `${name} cannot be deleted: the cohort ${cohort.name} is defined by it.`,
            { where: cohort.name, cause: error }
          );
        }
      }
      return left;
    });
  }

  private refuseProvisioned(name: string, what: string): void {
    if (this.provisioned.some((cohort) => cohort.name === name)) {
      throw new ApitrailError(
        'APITRAIL_COHORT_READ_ONLY',
        `${name} is a cohort of the configuration and cannot be ${what}. Change it in apitrail.yaml, under cohorts.saved.`,
        { where: name }
      );
    }
  }

  private async change(change: (cohorts: SavedCohort[]) => SavedCohort[]): Promise<void> {
    try {
      await makeDirectory(dirname(this.file));
      await withFileLock(`${this.file}.lock`, 'the cohorts', async () => {
        const cohorts = change(await this.saved()).sort((one, other) => (one.name < other.name ? -1 : 1));
        const content = {
          version: 1,
          cohorts: cohorts.map(({ provisioned: _provisioned, updated, updatedBy, ...cohort }) => ({
            ...{ cohort, updated },
            ...(updatedBy === undefined ? {} : { updatedBy }),
          })),
        };
        await replaceFile(this.file, `${JSON.stringify(content, null, 2)}\n`);
        this.known = undefined;
      });
    } catch (error) {
      if (error instanceof ApitrailError) {
        throw error;
      }
      throw new ApitrailError(
        'APITRAIL_LAKE_UNWRITABLE',
        `The cohorts cannot be written to ${this.file}: ${(error as Error).message}.`,
        { where: this.file, cause: error }
      );
    }
  }

  /** Those of the file; it is read again when it has changed. */
  private async saved(): Promise<SavedCohort[]> {
    const stamp = await stampOf(this.file);
    if (stamp === undefined) {
      return [];
    }
    if (this.known?.stamp !== stamp) {
      this.known = { stamp, cohorts: await readCohorts(this.file) };
    }
    return this.known.cohorts;
  }
}

/** What changes whenever a file is put in the place of another. */
async function stampOf(file: string): Promise<string | undefined> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino}:${size}:${mtimeNs}`;
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) {
      return undefined;
    }
    throw damaged(file, `cannot be read: ${(error as Error).message}`, error);
  }
}

async function readCohorts(file: string): Promise<SavedCohort[]> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw damaged(file, `is damaged: ${(error as Error).message}`, error);
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    throw damaged(file, `is damaged: ${z.prettifyError(parsed.error).replaceAll('\n', ' ')}`);
  }
  return parsed.data.cohorts.map(({ cohort, updated, updatedBy }, index): SavedCohort => {
    const read = cohortSchema.safeParse(cohort);
    if (!read.success) {
      const problem = z.prettifyError(read.error).replaceAll('\n', ' ');
      throw damaged(file, `has a cohort that cannot be read (number ${index + 1}): ${problem}`);
    }
    return { ...read.data, provisioned: false, updated, ...(updatedBy === undefined ? {} : { updatedBy }) };
  });
}

function damaged(file: string, what: string, cause?: unknown): ApitrailError {
  return new ApitrailError(
    'APITRAIL_LAKE_UNREADABLE',
    `The saved cohorts in ${file} cannot be used: the file ${what}.`,
    {
      where: file,
      cause,
    }
  );
}
