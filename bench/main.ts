import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { parseCount, parseRows, parseYesNo } from './harness/options';
import { UsageError } from './harness/usage-error';
import { reportIngest } from './ingest/report';
import { benchIngest } from './ingest/suite';
import { JOURNEY_CASES } from './journeys/cases';
import { benchMemory, reportMemory } from './journeys/memory';
import { reportJourneys } from './journeys/report';
import { benchJourneys } from './journeys/suite';
import { reportQueries } from './queries/report';
import { benchQueries, chooseCases } from './queries/suite';

const DIRECTORY = join('.data', 'bench');
const COMPANION = join('backend-node', 'bin', 'apitrail.mjs');

const HELP = `npm run bench -- [queries|ingest|journeys] [options]

queries (the default) measures the query types end to end, over HTTP, beside raw DuckDB on the same files, and compares the answers.
journeys measures funnels, paths and retention on ten million requests beside ways to write them in SQL by hand, and chDB's windowFunnel.
ingest measures taking in, from a sender's request to the commit in the lake, beside DuckDB writing the same lines to Parquet.

  --rows <sizes>      sizes of lakes (default: 1m,10m); they are made once and kept in ${DIRECTORY}; for ingest
                      how many requests are sent (default: 500k); for journeys one size (default: 10m, with --memory 100m)
  --types <types>     only queries of these types, such as traffic,funnel
  --only <text>       only queries whose name in the table has this text, such as p95
  --runs <number>     runs of each side (default: 7, for journeys 5, for ingest 3)
  --chdb <python>     a Python that has chDB, for journeys (default: python3; without chDB the rest is measured)
  --memory            for journeys: instead, a hundred million requests of millions of customers in a process held to 2 GB
  --keep <yes|no>     no removes the lakes at the end (default: yes)
  --companion <file>  another build of apitrail to measure (default: ${COMPANION})
  --json <file>       where the figures go (default: ${join(DIRECTORY, 'queries.json')})

Runs sides in turn; tables in Markdown come on standard output. Exits with 1 when an answer differs, 2 when an option is wrong.`;

/** Runs what the command line asks for; gives the exit code. */
export async function main(args: string[]): Promise<number> {
  let asked;
  try {
    asked = readArguments(args);
  } catch (error) {
    if (error instanceof UsageError || (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS')) {
      console.error(`${(error as Error).message}\n\n${HELP}`);
      return 2;
    }
    throw error;
  }
  if (asked === undefined) {
    console.log(HELP);
    return 0;
  }
  const { suite, rows, cases, runs, keep, companion, json, chdb, memory, only } = asked;
  await mkdir(DIRECTORY, { recursive: true });
  const say = (text: string) => console.error(text);
  if (suite === 'ingest') {
    const measured = await benchIngest({ rows: rows[0]!, runs, directory: DIRECTORY, companion, say });
    await writeFile(json, `${JSON.stringify(measured, null, 2)}\n`);
    console.log(`\n${reportIngest(measured)}`);
    return 0;
  }
  if (suite === 'journeys') {
    const common = { rows: rows[0]!, directory: DIRECTORY, companion, say };
    if (memory) {
      const measured = await benchMemory(common);
      await writeFile(json, `${JSON.stringify(measured, null, 2)}\n`);
      await removeUnless(keep, [`crowd-${rows[0]}`]);
      console.log(`\n${reportMemory(measured)}`);
      return measured.results.some(({ difference }) => difference !== undefined) ? 1 : 0;
    }
    const chosen = JOURNEY_CASES.filter(({ name }) => name.includes(only));
    const measured = await benchJourneys({ ...common, cases: chosen, runs, chdb });
    await writeFile(json, `${JSON.stringify(measured, null, 2)}\n`);
    await removeUnless(keep, [`journeys-${rows[0]}`]);
    console.log(`\n${reportJourneys(measured)}`);
    return 0;
  }
  const result = await benchQueries({ rows, cases, runs, directory: DIRECTORY, companion, say });
  await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  await removeUnless(
    keep,
    rows.map((size) => `lake-${size}`)
  );
  console.log(`\n${reportQueries(result)}`);
  return result.results.some((row) => row.difference !== undefined) ? 1 : 0;
}

async function removeUnless(keep: boolean, lakes: readonly string[]): Promise<void> {
  const made = keep ? [] : lakes.flatMap((name) => [name, `${name}.generator`]);
  await Promise.all(made.map((name) => rm(join(DIRECTORY, name), { recursive: true, force: true })));
}

/** What a command line asks for; undefined when it asks for help. Throws a UsageError, or what parseArgs throws. */
function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      rows: { type: 'string' },
      types: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      runs: { type: 'string' },
      keep: { type: 'string', default: 'yes' },
      companion: { type: 'string', default: COMPANION },
      chdb: { type: 'string', default: 'python3' },
      memory: { type: 'boolean', default: false },
      json: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    return undefined;
  }
  const types = values.types.split(',').flatMap((type) => type.trim() || []);
  if (!existsSync(values.companion)) {
    throw new UsageError(`--companion: there is no ${values.companion}.`);
  }
  const [suite = 'queries', ...more] = positionals;
  if (!isSuite(suite) || more.length > 0) {
    throw new UsageError(`There is no suite ${positionals.join(' ')}; it is queries, ingest or journeys.`);
  }
  const { memory, chdb, only } = values;
  if (suite === 'journeys' && !JOURNEY_CASES.some(({ name }) => name.includes(only))) {
    throw new UsageError(`--only: no case of journeys has ${JSON.stringify(only)} in its name.`);
  }
  const { rows, runs } = DEFAULTS[suite];
  return {
    ...{ suite, memory, chdb, only },
    rows: (values.rows ?? (memory ? '100m' : rows)).split(',').map(parseRows),
    cases: suite === 'queries' ? chooseCases(types, only) : [],
    runs: parseCount('--runs', values.runs ?? runs),
    keep: parseYesNo('--keep', values.keep),
    companion: values.companion,
    json: values.json ?? join(DIRECTORY, `${suite}${memory ? '-memory' : ''}.json`),
  };
}

const DEFAULTS = {
  queries: { rows: '1m,10m', runs: '7' },
  ingest: { rows: '500k', runs: '3' },
  journeys: { rows: '10m', runs: '5' },
};

function isSuite(name: string): name is keyof typeof DEFAULTS {
  return Object.hasOwn(DEFAULTS, name);
}
