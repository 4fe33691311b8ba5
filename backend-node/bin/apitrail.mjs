#!/usr/bin/env node
// Committed, because npm links a bin only when it is there at install time; the build comes later.
import { existsSync } from 'node:fs';

const built = new URL('../dist/apitrail.mjs', import.meta.url);
if (!existsSync(built)) {
  process.stderr.write('apitrail is not built yet: run `npm run build:companion` in the repository first.\n');
  process.exit(1);
}
await import(built.href);
