import { readFileSync } from 'node:fs';

import { ERROR_CODES, HEALTH_CODES } from '@apitrail/contract';

const page = readFileSync('docs/errors.md', 'utf8');
/** Rows of the page's tables whose first cell is a code. */
const rows = [...page.matchAll(/^\| `(APITRAIL_\w+)` \|(.*)\|$/gm)].map(([, code, rest]) => ({
  code: code!,
  cells: rest!.split('|').map((cell) => cell.trim()),
}));

test('docs/errors.md has every code once, with its status and meaning, and a way to mend it', () => {
  const documented = rows.filter(({ code }) => !(code in HEALTH_CODES));
  expect(documented.map(({ code, cells }) => [code, ...cells.slice(0, 2)]).sort()).toEqual(
    Object.entries(ERROR_CODES)
      .map(([code, { status, meaning }]) => [code, String(status), meaning])
      .sort()
  );
  expect(documented.filter(({ cells }) => !cells[2])).toEqual([]);
});

test('docs/errors.md has every problem of health', () => {
  const documented = rows.filter(({ code }) => code in HEALTH_CODES);
  expect(Object.fromEntries(documented.map(({ code, cells }) => [code, cells[0]]))).toEqual(HEALTH_CODES);
});
