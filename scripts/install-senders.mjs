// `node scripts/install-senders.mjs`: installs the clients that tests send with, as `npm test` does.
import { ensureSenders } from './lib/senders.mjs';

const missing = ensureSenders((text) => console.log(text));
if (missing) {
  console.error(missing);
  process.exit(1);
}
