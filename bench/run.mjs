// `npm run bench`: builds the companion and the benchmarks where they are out of date, and runs them.
import { loadBundle } from '../scripts/lib/run-bundle.mjs';

const { main } = await loadBundle('bench/main.ts', 'bench/build');
process.exitCode = await main(process.argv.slice(2));
