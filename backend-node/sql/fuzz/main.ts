import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';

import { companionSubject } from './companion-subject';
import { fuzz, type FuzzResult } from './fuzz';
import { gateSubject, realGate } from './gate-subject';

const HELP = `Asks random SQL where a canary is hidden, and says so if it is ever seen.

  npm run fuzz:sql -- [--seconds 60] [--through gate|companion] [--seed N] [--batch 2000]

  --seconds   how long
  --through   gate: the gate alone, before an engine that may read everything (thousands a minute)
              companion: a whole companion with its processes for SQL (needs npm run build:companion)
  --seed      of the first batch; printed with a failure, to see it again
  --batch     statements per batch; each batch has a seed and, through the gate, a process of its own
`;

/** What a batch tells the process that started it. */
type Message = { running: string } | { done: FuzzResult };

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', default: false },
      seconds: { type: 'string', default: '60' },
      through: { type: 'string', default: 'gate' },
      seed: { type: 'string', default: String(Date.now() % 2 ** 31) },
      batch: { type: 'string', default: '2000' },
      program: { type: 'string', default: '' },
      'one-batch': { type: 'boolean', default: false },
    },
  });
  const [seconds, firstSeed, runs] = [values.seconds, values.seed, values.batch].map(Number) as [
    number,
    number,
    number,
  ];
  if (
    values.help ||
    !['gate', 'companion'].includes(values.through) ||
    ![seconds, firstSeed, runs].every(Number.isFinite)
  ) {
    console.log(HELP);
    return values.help ? 0 : 2;
  }
  if (values['one-batch']) {
    await sendBatch(firstSeed, runs, seconds * 1000);
    return 0;
  }
  const ends = Date.now() + seconds * 1000;
  const through = values.through === 'gate' ? batchInProcess : await batchInCompanion(values.program);
  const total = { asked: 0, ran: 0, crashes: 0 };
  for (let seed = firstSeed; Date.now() < ends; seed++) {
    const result = await through.run(seed, runs, ends - Date.now());
    total.asked += result.asked;
    total.ran += result.ran;
    if ('crashedOn' in result) {
      total.crashes++;
      console.log(`seed ${seed}: the engine took its process down with: ${result.crashedOn}`);
    }
    if (result.failure) {
      const { sql, reason, path } = result.failure;
      console.error(`\nFAILED with --seed ${seed} (path ${path})\n\n${reason}\n\n${sql}\n`);
      await through.close();
      return 1;
    }
    console.log(`seed ${seed}: ${total.asked} asked, ${total.ran} let through, canary not seen`);
  }
  await through.close();
  console.log(JSON.stringify(total));
  return 0;
}

interface Batches {
  run(seed: number, runs: number, milliseconds: number): Promise<FuzzResult | (FuzzResult & { crashedOn: string })>;
  close(): Promise<void>;
}

/** A batch in a process of its own, because the engine may crash, as it may in the process for SQL. */
const batchInProcess: Batches = {
  run: (seed, runs, milliseconds) =>
    new Promise((resolve) => {
      const args = [
        '--one-batch',
        '--seed',
        String(seed),
        '--batch',
        String(runs),
        '--seconds',
        String(milliseconds / 1000),
      ];
      const child = fork(process.argv[1]!, args);
      let running = '';
      let asked = 0;
      let result: FuzzResult | undefined;
      child.on('message', (message: Message) => {
        if ('done' in message) {
          result = message.done;
        } else {
          running = message.running;
          asked++;
        }
      });
      child.on('exit', () => resolve(result ?? { asked, ran: asked, crashedOn: running }));
    }),
  close: () => Promise.resolve(),
};

async function sendBatch(seed: number, runs: number, milliseconds: number): Promise<void> {
  const send = (message: Message) => new Promise<void>((resolve) => process.send!(message, () => resolve()));
  const subject = await gateSubject(realGate, (sql) => void send({ running: sql }));
  await send({ done: await fuzz(subject, { seed, runs, milliseconds }) });
  await subject.close();
  process.disconnect();
}

async function batchInCompanion(program: string): Promise<Batches> {
  const subject = await companionSubject(program);
  return {
    run: (seed, runs, milliseconds) => fuzz(subject, { seed, runs: Math.min(runs, 200), milliseconds }),
    close: () => subject.close(),
  };
}

void main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  }
);
