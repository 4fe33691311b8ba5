import { ApitrailError, type Health, type HealthDataset, type HealthProblem } from '@apitrail/contract';

import { VERSION } from '../config/version';
import type { Engine } from '../engine/engine';
import type { Dataset } from '../lake/dataset';
import { AwaitedLake } from './datasets';
import { toApitrailError } from './errors';
import type { ProcessBoard } from './process-board';
import type { ProgramFile } from './program-file';

export interface HealthSources {
  engine: Engine;
  datasets: ReadonlyMap<string, Dataset>;
  program: ProgramFile;
}

/** What the companion is, what it holds, what is wrong and how to mend it. Reads logs and footers only, no rows. */
export async function readHealth(sources: HealthSources, processes: ProcessBoard): Promise<Health> {
  const { engine } = sources;
  const { looked, problems: own } = await lookAtAll(sources);
  const problems = [...own, ...processes.problems()];
  return {
    status: problems.length === 0 ? 'ok' : 'degraded',
    version: VERSION,
    engine: { name: engine.name, version: engine.version },
    datasets: looked.map(({ state }) => state),
    problems,
  };
}

/** What is wrong as far as the query process sees it. */
export async function ownProblems(sources: HealthSources): Promise<HealthProblem[]> {
  return (await lookAtAll(sources)).problems;
}

/** Why the lake cannot be read; undefined when it can, or when there is none yet. */
export async function lakeProblem(datasets: HealthSources['datasets']): Promise<HealthProblem | undefined> {
  const lake = [...datasets.values()].find((dataset) => dataset instanceof AwaitedLake);
  const looked = lake && (await look(lake));
  return looked?.state.rows === null ? looked.problem : undefined;
}

async function lookAtAll({ datasets, program }: HealthSources) {
  const looked = await Promise.all([...datasets.values()].map(look));
  const problems = looked.flatMap(({ problem }) => problem ?? []);
  if (program.isStale()) {
    problems.push({
      code: 'APITRAIL_STALE_BUILD',
      message: 'Apitrail was built anew since it was started. Stop `apitrail serve` and start it again.',
    });
  }
  return { looked, problems };
}

async function look(dataset: Dataset): Promise<{ state: HealthDataset; problem?: HealthProblem }> {
  const { name } = dataset;
  try {
    const { rows, files, oldest, newest, missing } = await dataset.snapshot();
    const problem = missing === undefined ? await emptiness(dataset, rows, files) : awaited(missing);
    return { state: { name, rows, files, oldest, newest }, ...(problem ? { problem } : {}) };
  } catch (thrown) {
    const error = thrown instanceof ApitrailError ? thrown : toApitrailError(thrown);
    return {
      state: { name, rows: null, files: 0, oldest: null, newest: null },
      problem: { code: error.code, message: `The dataset ${name} cannot be read: ${error.message}` },
    };
  }
}

function awaited(message: string): HealthProblem {
  return { code: 'APITRAIL_ROWS_AWAITED', message };
}

async function emptiness(dataset: Dataset, rows: number | null, files: number): Promise<HealthProblem | undefined> {
  if (!(dataset instanceof AwaitedLake)) {
    return files === 0
      ? {
          code: 'APITRAIL_DATASET_EMPTY',
          message: `The dataset ${dataset.name} has no files. Check its files setting in apitrail.yaml, and that the companion may read them.`,
        }
      : undefined;
  }
  if (!(await dataset.exists())) {
    return {
      code: 'APITRAIL_LAKE_MISSING',
      message: `There is no lake in ${dataset.directory} yet. Import something (apitrail import FILE --lake ${dataset.directory}), or name another folder with --lake.`,
    };
  }
  return rows === 0
    ? {
        code: 'APITRAIL_LAKE_EMPTY',
        message: `The lake in ${dataset.directory} has no rows yet. Import something: apitrail import FILE --lake ${dataset.directory}.`,
      }
    : undefined;
}
