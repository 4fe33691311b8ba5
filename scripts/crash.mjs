// `npm run crash` and `npm run soak`: build the companion and the tests of reliability, and run them.
import { loadBundle } from './lib/run-bundle.mjs';

const { main } = await loadBundle('tests/reliability/main.ts', 'reliability', {
  companion: !process.env.TEST_APITRAIL_BIN,
});
const [command, ...args] = process.argv.slice(2);
process.exit(await main(command, args));
