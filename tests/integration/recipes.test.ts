import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';

/** Follows docs/contributing.md to the letter in a copy of the code, so that what it says works keeps working. */

jest.setTimeout(600_000);

const ROOT = join(__dirname, '..', '..');
const NEEDED = ['contract', 'backend-node', 'src', '.config', 'jest.config.js', 'jest-setup.js'];
const LEFT_OUT = new Set(['node_modules', 'dist']);
const guide = readFileSync(join(ROOT, 'docs/contributing.md'), 'utf8');
let copy: string;

beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'apitrail-recipes-'));
  for (const path of [...NEEDED, 'tsconfig.json', 'package.json']) {
    cpSync(join(ROOT, path), join(copy, path), {
      recursive: true,
      filter: (source) => !LEFT_OUT.has(basename(source)),
    });
  }
  linkPackages(ROOT, copy);
});
afterAll(() => rmSync(copy, { recursive: true, force: true }));

/** Packages are those of the repository, but for its own, which are the copies. */
function linkPackages(from: string, to: string): void {
  mkdirSync(join(to, 'node_modules/@apitrail'), { recursive: true });
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (name !== '@apitrail' && name !== 'apitrail' && name !== '.cache') {
      symlinkSync(join(from, 'node_modules', name), join(to, 'node_modules', name));
    }
  }
  symlinkSync(join(to, 'contract'), join(to, 'node_modules/@apitrail/contract'));
}

/** The first code after a text of the guide. */
function codeAfter(text: string): string {
  const at = guide.indexOf(text);
  const code = /```tsx?\n([\s\S]*?)```/.exec(at < 0 ? '' : guide.slice(at));
  if (!code) {
    throw new Error(`docs/contributing.md has no code after ${text}`);
  }
  return code[1]!;
}

function write(path: string, text: string): void {
  mkdirSync(dirname(join(copy, path)), { recursive: true });
  writeFileSync(join(copy, path), text);
}

/** Puts lines after lines of a file of the copy that must be there, unless the repository has them by now. */
function insertAfter(path: string, ...insertions: ReadonlyArray<readonly [line: string, added: string]>): void {
  let text = readFileSync(join(copy, path), 'utf8');
  for (const [line, added] of insertions) {
    expect(text).toContain(line);
    text = text.includes(added.trim()) ? text : text.replace(line, `${line}${added}`);
  }
  writeFileSync(join(copy, path), text);
}

/** Runs a command in the copy, and gives what it said. Throws that when the command fails. */
function run(...args: string[]): string {
  const { status, stdout, stderr } = spawnSync('npx', args, { cwd: copy, encoding: 'utf8' });
  const output = `${stdout}${stderr}`;
  if (status !== 0) {
    throw new Error(`npx ${args.join(' ')} ended with ${status}:\n${output}`);
  }
  return output;
}

describe('adding a query type', () => {
  beforeAll(() => {
    write('contract/queries/statuses.ts', codeAfter('`contract/queries/statuses.ts`'));
    insertAfter(
      'contract/queries/index.ts',
      ["import { requestsQuerySchema } from './requests';", "\nimport { statusesQuerySchema } from './statuses';"],
      ["export * from './requests';", "\nexport * from './statuses';"],
      ['values: valuesQuerySchema,', '\n  statuses: statusesQuerySchema,']
    );
    write('backend-node/queries/statuses/index.ts', codeAfter('a folder `backend-node/queries/statuses/`'));
    write('backend-node/queries/statuses/statuses.test.ts', codeAfter('Test it beside it, `statuses.test.ts`'));
    insertAfter(
      'backend-node/queries/index.ts',
      ["import { requests } from './requests';", "\nimport { statuses } from './statuses';"],
      ['  requests,', '\n  statuses,']
    );
    const forms = 'src/datasource/query-editor/forms';
    write(`${forms}/StatusesForm.tsx`, codeAfter(`\`${forms}/StatusesForm.tsx\``));
    insertAfter(
      `${forms}/index.ts`,
      ["import { requestsForm } from './RequestsForm';", "\nimport { statusesForm } from './StatusesForm';"],
      ['requests: requestsForm,', '\n  statuses: statusesForm,']
    );
  });

  it('takes what the guide says, and its test and those of the contract pass', () => {
    const output = run('jest', '--selectProjects', 'companion', '--', 'queries/statuses', 'contract/queries');
    expect(output).toContain('PASS companion backend-node/queries/statuses/statuses.test.ts');
  });

  it('leaves nothing for the compiler to ask for', () => {
    write('tsconfig.json', JSON.stringify({ extends: join(ROOT, 'tsconfig.json'), ...onlyForms() }));
    run('tsc', '--noEmit', '-p', 'tsconfig.json');
  });
});

/** The compiler looks at the query editor, and by its imports at the contract. */
function onlyForms(): object {
  return {
    compilerOptions: { rootDir: '.', types: [] },
    include: [],
    files: ['src/datasource/query-editor/forms/index.ts', '.config/types/bundler-rules.d.ts'],
  };
}

describe('adding a log format', () => {
  beforeAll(() => {
    write('backend-node/ingest/formats/logfmt.ts', codeAfter('`backend-node/ingest/formats/logfmt.ts`'));
    write('backend-node/ingest/formats/logfmt.test.ts', codeAfter('**3. Its test**, `logfmt.test.ts`'));
    insertAfter(
      'backend-node/ingest/formats/registry.ts',
      ["import { json } from './json';", "\nimport { logfmt } from './logfmt';"],
      ['vhostCombined, csv, tsv', ', logfmt']
    );
  });

  it('takes one file and one line, and its test passes', () => {
    const output = run('jest', '--selectProjects', 'companion', '--', 'formats/logfmt');
    expect(output).toContain('PASS companion backend-node/ingest/formats/logfmt.test.ts');
  });
});
