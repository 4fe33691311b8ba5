import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { labelledFiles, readLabelled } from './data';
import { examplesOf, fitWeights } from './fit';
import { meanScore, scoreRows, type LabelledRow, type Score } from './metrics';
import { assignAll, scoreWith } from './run';

const USAGE = `Usage: npm run score:routes [-- [--fit] [--predictions FILE] [DIR|FILE…]]

Scores the route classifier on labelled paths: NDJSON, plain or gzip, with method, path, status, route, api and kind
(real, notfound, noise), one API a file. Without a path it reads ../shared/data/routes/dev.

  --fit               print the weights of the evidence, fitted to these files
  --predictions FILE  write what was given, a line a row, in the form score.py reads
`;

const DEFAULT = '../shared/data/routes/dev';
const COLUMNS: ReadonlyArray<[string, (score: Score) => string]> = [
  ['P', (s) => s.precision.toFixed(3)],
  ['R', (s) => s.recall.toFixed(3)],
  ['F1', (s) => s.f1.toFixed(3)],
  ['exact', (s) => s.exact.toFixed(3)],
  ['routes', (s) => s.routes.toFixed(0)],
  ['given', (s) => s.templates.toFixed(0)],
  ['noise', (s) => s.noise.toFixed(3)],
  ['lost', (s) => s.lost.toFixed(4)],
];

function main(args: string[]): number {
  let options;
  try {
    options = parseArgs({
      args,
      allowPositionals: true,
      options: { fit: { type: 'boolean' }, predictions: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
    return 2;
  }
  if (options.values.help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const paths = options.positionals.length > 0 ? options.positionals : [DEFAULT];
  const missing = paths.find((path) => !existsSync(path));
  if (missing !== undefined) {
    process.stderr.write(
      `There is no labelled data at ${missing}: name the folder or the files that hold it.\n\n${USAGE}`
    );
    return 2;
  }
  const apis = labelledFiles(paths).map((file) => readLabelled(file));
  if (apis.length === 0) {
    process.stderr.write(`There is no *.ndjson or *.ndjson.gz in ${paths.join(', ')}.\n`);
    return 2;
  }
  if (options.values.fit === true) {
    const weights = fitWeights(apis.flatMap(examplesOf));
    const rounded = Object.entries(weights).map(([key, value]) => [key, Math.round(value * 100) / 100]);
    process.stdout.write(`${JSON.stringify(Object.fromEntries(rounded), null, 2)}\n`);
    return 0;
  }
  report(apis, options.values.predictions);
  return 0;
}

function report(apis: readonly LabelledRow[][], predictions: string | undefined): void {
  const given = apis.map((rows) => assignAll(rows, 1));
  if (predictions !== undefined) {
    const lines = apis.flatMap((rows, i) =>
      rows.map(({ api, method, path }, j) => JSON.stringify({ api, method, path, route: given[i]?.[j] }))
    );
    writeFileSync(predictions, `${lines.join('\n')}\n`);
  }
  const names = apis.map((rows) => rows[0]?.api ?? '');
  table(
    'As shipped, each API shown all at once',
    names,
    apis.map((rows, i) => scoreRows(rows, given[i] ?? []))
  );
  table(
    'As shipped, each API shown in 8 batches, routes given batch by batch',
    names,
    apis.map((rows) => scoreRows(rows, assignAll(rows, 8)))
  );
  if (apis.length < 3) {
    process.stdout.write('Leaving one API out needs three APIs or more.\n');
    return;
  }
  const examples = apis.map(examplesOf);
  table(
    'Leaving one out: weights fitted to the other APIs, scored on the one left out',
    names,
    apis.map((rows, i) => scoreWith(fitWeights(examples.filter((_, j) => j !== i).flat()), rows))
  );
}

function table(title: string, names: readonly string[], scores: readonly Score[]): void {
  const width = Math.max(4, ...names.map((name) => name.length));
  const line = (name: string, cells: string[]): string =>
    `${name.padEnd(width)}${cells.map((cell) => cell.padStart(8)).join('')}\n`;
  let text = `${title}\n${line(
    '',
    COLUMNS.map(([head]) => head)
  )}`;
  names.forEach((name, i) => {
    text += line(
      name,
      COLUMNS.map(([, cell]) => cell(scores[i] as Score))
    );
  });
  text += line(
    'MEAN',
    COLUMNS.map(([, cell]) => cell(meanScore(scores)))
  );
  process.stdout.write(`${text}\n`);
}

process.exitCode = main(process.argv.slice(2));
