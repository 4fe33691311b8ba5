import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { parseRows } from './harness/options';
import { reportQueries } from './queries/report';
import { benchQueries } from './queries/suite';

const DIRECTORY = join('.data', 'bench');
const COMPANION = join('backend-node', 'bin', 'apitrail.mjs');

const HELP = `npm run bench -- [options]

Measures the query types end to end, over HTTP, beside raw DuckDB on the same files, and compares the answers.

  --rows <sizes>      sizes of lakes (default: 1m,10m); they are made once and kept in ${DIRECTORY}
  --types <types>     only queries of these types, such as traffic,funnel
  --only <text>       only queries whose name in the table has this text, such as p95
  --runs <number>     runs of each side (default: 7)
  --keep <yes|no>     no removes the lakes at the end (default: yes)
  --companion <file>  another build of apitrail to measure (default: ${COMPANION})
  --json <file>       where the figures go (default: ${join(DIRECTORY, 'queries.json')})

Runs sides in turn; the table has the least and the median of each. Exits with 1 when an answer differs.`;

/** Runs what the command line asks for; gives the exit code. */
export async function main(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      rows: { type: 'string', default: '1m,10m' },
      types: { type: 'string', default: '' },
      only: { type: 'string', default: '' },
      runs: { type: 'string', default: '7' },
      keep: { type: 'string', default: 'yes' },
      companion: { type: 'string', default: COMPANION },
      json: { type: 'string', default: join(DIRECTORY, 'queries.json') },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const rows = values.rows.split(',').map(parseRows);
  await mkdir(DIRECTORY, { recursive: true });
  const result = await benchQueries({
    rows,
    types: values.types.split(',').filter((type) => type !== ''),
    only: values.only,
    runs: parseRows(values.runs),
    directory: DIRECTORY,
    companion: values.companion,
    say: (text) => console.error(text),
  });
  await writeFile(values.json, `${JSON.stringify(result, null, 2)}\n`);
  if (values.keep === 'no') {
    await Promise.all(rows.map((size) => rm(join(DIRECTORY, `lake-${size}`), { recursive: true, force: true })));
  }
  console.log(`\n${reportQueries(result)}`);
  return result.results.some((row) => row.difference !== undefined) ? 1 : 0;
}
