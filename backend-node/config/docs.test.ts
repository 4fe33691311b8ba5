import { readFileSync } from 'node:fs';

import { environmentSettings } from './environment';
import { parseConfigFile } from './file';
import { configJsonSchema, configSchema } from './schema';

const page = readFileSync('docs/configuration.md', 'utf8');

test('docs/apitrail.schema.json is what `apitrail schema config` prints', () => {
  expect(JSON.parse(readFileSync('docs/apitrail.schema.json', 'utf8'))).toEqual(configJsonSchema());
});

test('docs/configuration.md has a row for every setting, with its variable and meaning', () => {
  const rows = new Map(
    [...page.matchAll(/^\| `([\w.]+)` \| `(APITRAIL_\w+)` \|.*?\| ([^|]+) \|$/gm)].map(([, ...cells]) => [
      cells[0]!,
      cells.slice(1),
    ])
  );
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(
      environmentSettings().map(({ path, variable, description }) => [path.join('.'), [variable, description]])
    )
  );
});

test('every example in docs/configuration.md is valid', () => {
  const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text!);
  expect(examples.length).toBeGreaterThan(2);
  examples.forEach((text) => configSchema.parse(parseConfigFile('example', text).values));
});
