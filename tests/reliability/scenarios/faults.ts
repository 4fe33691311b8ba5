import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Companion, until } from '../companion';
import { IngestProcess } from '../ingest-process';
import { Journal } from '../journal';
import { foundViolations, judge, type Violation } from '../judge';
import { LakeReading } from '../lake-reading';
import { randomOf } from '../random';
import { Sender } from '../sender';
import { CALLS, FAULTS, Injection, type Call } from '../strace';
import type { Report } from '../workload';

export interface FaultReport extends Report {
  /** How many faults happened, by call and fault. */
  faults: Record<string, number>;
}

/** How long a process is sent to, in which its flushes come. */
const ROUND_MS = 2_500;
/** How long it is sent to after a call failed. */
const AFTER_MS = 600;

/**
 * Faults at the first, the second, … of the calls of the system by which the ingest process writes, while it takes in and
 * flushes: it is killed after the call, or the call fails. After each, what was acknowledged must be there.
 */
export async function faults(
  options: { folder: string; lake: string; seed: number },
  count: number,
  progress?: (done: number) => void
): Promise<FaultReport> {
  await mkdir(options.folder, { recursive: true });
  const config = await new Companion({ ...options, settings: { ingest: { flush_age: '1s' } } }).configure();
  const journal = new Journal(join(options.folder, 'journal.ndjson'));
  const reading = await LakeReading.open();
  const violations: Violation[] = [];
  const happened: Record<string, number> = {};
  let round = 0;
  let done = 0;
  let unknownThere = 0;
  let ingest = await IngestProcess.start(config);

  const send = async (during: () => Promise<void>) => {
    const senders = Array.from({ length: 4 }, (_, index) => {
      const random = randomOf(options.seed * 1_000 + round * 10 + index);
      const client = `f${round}-${index}`;
      return new Sender({ journal, client, keyed: false, rows: 400, pause: 60, random, ingest: () => ingest.url });
    });
    await during();
    await Promise.all(senders.map((sender) => sender.stop()));
    violations.push(
      ...senders.flatMap((s) =>
        s.faults.map((what): Violation => ({ kind: 'lake', what: `A sender was answered ${what}` }))
      )
    );
    round++;
  };
  const check = async () => {
    let verdict = judge(journal, await reading.requests(options.lake));
    const began = performance.now();
    while (verdict.violations.length > 0 && performance.now() - began < 15_000) {
      const found = await reading.requests(options.lake);
      verdict = judge(journal, found);
      if (foundViolations(journal, found).length > 0) {
        break;
      }
      await wait(100);
    }
    unknownThere = verdict.unknownThere;
    return verdict.violations;
  };

  try {
    // Something is in the lake before the first fault.
    await send(() =>
      until('the first rows', async () => (await reading.requests(options.lake).catch(() => [])).length > 0)
    );
    const exhausted = new Set<string>();
    for (let when = 1; done < count && exhausted.size < Object.keys(CALLS).length; when++) {
      for (const call of Object.keys(CALLS) as Call[]) {
        let met = false;
        for (const fault of FAULTS) {
          if (done >= count || exhausted.has(call)) {
            continue;
          }
          const injection = await Injection.attach(ingest.pid, call, fault, when, join(options.folder, 'strace.txt'));
          const began = performance.now();
          await send(async () => {
            const over = () => ingest.hasEnded || performance.now() - began > ROUND_MS || injection.happened;
            await until('the end of a round', over);
            // What a failed call leads to comes in a moment, and meets what is sent then.
            await wait(fault === 'signal=KILL' || ingest.hasEnded ? 0 : AFTER_MS);
          });
          if (injection.happened) {
            met = true;
            happened[`${call} ${fault}`] = (happened[`${call} ${fault}`] ?? 0) + 1;
            done++;
          }
          await injection.detach();
          await ingest.kill();
          ingest = await IngestProcess.start(config);
          const wrong = await check();
          if (wrong.length > 0) {
            const text = `after ${call} ${fault} when=${when}: `;
            violations.push(...wrong.map(({ kind, what }) => ({ kind, what: text + what })));
            return await report();
          }
          progress?.(done);
        }
        if (!met) {
          exhausted.add(call);
        }
      }
    }
    return await report();
  } finally {
    await ingest.kill();
    await reading.close();
  }

  async function report(): Promise<FaultReport> {
    const [ok, refused, unknown] = (['ok', 'refused', 'unknown'] as const).map((outcome) => journal.count(outcome));
    journal.close();
    return {
      scenario: 'faults',
      seed: options.seed,
      acknowledged: ok!.rows,
      requests: { ok: ok!.requests, refused: refused!.requests, unknown: unknown!.requests, unknownThere },
      answers: done,
      longestUnseen: 0,
      events: done,
      violations,
      queryErrors: {},
      faults: happened,
    };
  }
}
