import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

import { Companion, until } from '../companion';
import { IngestProcess } from '../ingest-process';
import { Journal } from '../journal';
import { foundViolations, type Violation } from '../judge';
import { Audit, type AuditFigures } from '../audit';
import { PROTOCOLS } from '../protocols';
import { randomOf } from '../random';
import { NOISE_RULES } from '../rows';
import { Sender } from '../sender';
import { CALLS, FAULTS, Injection, type Call } from '../strace';
import type { Report, WorkloadOptions } from '../workload';

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
  options: Pick<WorkloadOptions, 'folder' | 'lake' | 'seed' | 'say' | 'stopped'>,
  count: number,
  progress?: (done: number) => void
): Promise<FaultReport> {
  await mkdir(options.folder, { recursive: true });
  const settings = { ingest: { flush_age: '1s' }, noise: { rules: NOISE_RULES } };
  const companion = new Companion({ ...options, settings });
  const config = await companion.configure();
  const lake = { directory: options.lake, keyFile: companion.keyFile };
  const journal = new Journal(join(options.folder, 'journal.ndjson'));
  const reading = await Audit.open();
  const acks: number[] = [];
  const violations: Violation[] = [];
  const happened: Record<string, number> = {};
  let round = 0;
  let done = 0;
  let unknownThere = 0;
  let figures: AuditFigures | undefined;
  let ingest = await IngestProcess.start(config);

  const send = async (during: () => Promise<void>) => {
    const senders = Array.from({ length: 4 }, (_, index) => {
      const random = randomOf(options.seed * 1_000 + round * 10 + index);
      const protocol = PROTOCOLS[(round * 4 + index) % PROTOCOLS.length]!;
      return new Sender({
        ...{ journal, protocol, client: `f${round}-${index}-${protocol.name}`, again: false, acks, random, lateBy: 0 },
        ...{ rows: 400, pause: 60, kinds: ['visits', 'old', 'dropped', 'counted', 'sampled'] },
        ingest: () => ingest.url,
      });
    });
    await during();
    await Promise.all(senders.map((sender) => sender.stop()));
    violations.push(...senders.flatMap((sender) => sender.violations));
    round++;
  };
  const check = async (flushed = false) => {
    let seen = await reading.look(lake, journal, { flushed });
    const began = performance.now();
    while (seen.violations.length > 0 && performance.now() - began < 15_000) {
      const found = await reading.requests(options.lake);
      seen = await reading.look(lake, journal, { flushed });
      if (foundViolations(journal, found).length > 0) {
        break;
      }
      await wait(100);
    }
    unknownThere = seen.verdict.unknownThere;
    ({ figures } = seen);
    return seen.violations;
  };

  try {
    // Something is in the lake before the first fault.
    await send(() =>
      until('the first rows', async () => (await reading.requests(options.lake).catch(() => [])).length > 0)
    );
    const exhausted = new Set<string>();
    for (let when = 1; done < count && !options.stopped?.() && exhausted.size < Object.keys(CALLS).length; when++) {
      for (const call of Object.keys(CALLS) as Call[]) {
        let met = false;
        for (const fault of FAULTS) {
          if (done >= count || options.stopped?.() || exhausted.has(call)) {
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
          if (injection.happened && done % 10 === 0) {
            options.say?.(`  ${done} faults; acknowledged ${journal.count('ok').rows} rows; no violations`);
          }
        }
        if (!met) {
          exhausted.add(call);
        }
      }
    }
    // What rules left out is exact once all is in a commit.
    await ingest.stop();
    violations.push(...(await check(true)));
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
      ...{
        sentAgain: 0,
        askedAcks: 0,
        answers: 0,
        counted: 0,
        awaited: 0,
        longestUnseen: 0,
        audits: done,
        lake: figures,
      },
      replays: { runs: 0, killed: 0, replayed: 0 },
      events: done,
      violations,
      queryErrors: {},
      faults: happened,
    };
  }
}
