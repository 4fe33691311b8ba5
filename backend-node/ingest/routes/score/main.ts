import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { readOpenApi } from '../openapi';
import { labelledFiles, readLabelled } from './data';
import { examplesOf, fitWeights } from './fit';
import { meanScore, scoreRows, type LabelledRow, type Score } from './metrics';
import { assignAll, scoreWith } from './run';

const USAGE = `Usage: npm run score:routes [-- [--fit] [--openapi FILE [--base-path PATH]] [--predictions FILE] [DIR|FILE…]]

Scores the route classifier on labelled paths: NDJSON, plain or gzip, with method, path, status, route, api and kind
(real, notfound, noise), one API a file. Without a path it reads ../shared/data/routes/dev.

  --fit               print the weights of the evidence, fitted to these files
  --openapi FILE      score with the routes of an OpenAPI document, over what it declares and over all
  --base-path PATH    base path in place of those of the document
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

async function main(args: string[]): Promise<number> {
  let options;
  try {
    options = parseArgs({
      args,
      allowPositionals: true,
      options: {
        fit: { type: 'boolean' },
        openapi: { type: 'string' },
        'base-path': { type: 'string' },
        predictions: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
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
  if (options.values.openapi !== undefined) {
    await reportDeclared(apis, options.values.openapi, options.values['base-path']);
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

/** Scores with the routes of a document: all rows, and those whose true route it declares. */
async function reportDeclared(apis: readonly LabelledRow[][], path: string, base: string | undefined): Promise<void> {
  const { routes, spec, title } = await readOpenApi(path, base === undefined ? {} : { basePaths: [base] });
  process.stdout.write(`${title} (${spec}): ${routes.length} routes\n\n`);
  const shape = (template: string): string =>
    template
      .replace(/\{[^{}]*\}/g, '{}')
      .replace(/\/$/, '')
      .toLowerCase();
  const declared = new Set(routes.map(({ template }) => shape(template)));
  const covers = ({ route, kind }: LabelledRow): boolean => kind === 'noise' || declared.has(shape(route));
  const documents = [{ service: null, name: title, version: 1, routes }];
  const names = apis.map((rows) => rows[0]?.api ?? '');
  const scoreOf = (rows: readonly LabelledRow[], given: typeof documents): Score =>
    scoreRows(rows, assignAll(rows, 1, { documents: given }));
  const covered = apis.map((rows) => rows.filter(covers));
  const share = covered.map((rows, i) => `${names[i]} ${((100 * rows.length) / (apis[i]?.length ?? 1)).toFixed(0)} %`);
  table(
    `With the document, all rows (it declares the routes of ${share.join(', ')})`,
    names,
    apis.map((rows) => scoreOf(rows, documents))
  );
  table(
    'With the document, rows whose route it declares, and noise',
    names,
    covered.map((rows) => scoreOf(rows, documents))
  );
  table(
    'Without it, the same rows',
    names,
    covered.map((rows) => scoreOf(rows, []))
  );
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
);
