import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { disksMissing } from './disks';
import { clockJumps, clockMissing } from './scenarios/clock-jumps';
import { faults } from './scenarios/faults';
import { fullDisk } from './scenarios/full-disk';
import { kills } from './scenarios/kills';
import { powerCuts } from './scenarios/power-cuts';
import { rejects } from './scenarios/rejects';
import { soak } from './scenarios/soak';
import { withoutFlush } from './without-flush';
import type { Report } from './workload';

const HELP = `What is acknowledged is kept: kills, faults and power cuts, and a history check after each.

  npm run crash -- --kills 1000        kills of processes at random moments
  npm run crash -- --rejects 50        the same, while what was rejected is tried again, and that is killed, too
  npm run crash -- --faults 300        a fault at each of the first calls by which the ingest process writes (strace)
  npm run crash -- --power-cuts 100    power cuts of a disk (root: ext4 in a file)
  npm run crash -- --full-disk 20      a disk that is slow and full in turns (root: a file system in memory)
  npm run crash -- --clock-jumps 50    the clock jumps by up to days (libfaketime)
  npm run soak -- --minutes 60         sent to and asked for long, with restarts

  --without-flush   the proof that the power cuts see something: flushes do nothing, and there must be violations
  --seed N     the same events again, as far as time lets them
  Ctrl-C ends a run early: it is looked at what is there, and the figures are printed all the same.
  --folder DIR where the lake lies; kept. Default: a temporary folder, removed when nothing was wrong`;

/** Violations of a kind that are printed. */
const SHOWN = 8;
const WORKLOAD = { clients: 8, rows: 40, pause: 160, readers: 2 };

/** `npm run crash` and `npm run soak`. Gives the exit code. */
export async function main(command: 'crash' | 'soak', args: string[]): Promise<number> {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: {
      ...{ kills: number, faults: number, syscalls: number, 'power-cuts': number, 'full-disk': number },
      ...{
        'clock-jumps': number,
        ...{ minutes: number, rejects: number },
        seed: number,
        folder: number,
        help: { type: 'boolean' },
        'without-flush': { type: 'boolean' },
      },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  const base = values.folder ?? mkdtempSync(join(tmpdir(), 'apitrail-reliability-'));
  const at = (name: string) => ({
    folder: join(base, name),
    lake: join(base, name, 'lake'),
    seed,
    ...WORKLOAD,
    ...(env && { env }),
    ...{ say: console.log, stopped },
  });
  let stopping = false;
  const stopped = () => stopping;
  // The second one ends it at once.
  const stop = () => {
    console.log('Ending; what is there is looked at.');
    stopping = true;
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const env = values['without-flush'] ? withoutFlush(base) : undefined;
  if (values['without-flush'] && !env) {
    console.error('--without-flush needs a C compiler, cc.');
    return 2;
  }
  const many = (text: string | undefined) => (text === undefined ? 0 : Number(text));
  const asked = {
    kills: many(values.kills),
    faults: many(values.faults ?? values.syscalls),
    powerCuts: many(values['power-cuts']),
    fullDisk: many(values['full-disk']),
    clockJumps: many(values['clock-jumps']),
    rejects: many(values.rejects),
    minutes: command === 'soak' ? many(values.minutes ?? '60') : 0,
  };
  if (Object.values(asked).every((count) => !(count > 0))) {
    console.error(HELP);
    return 2;
  }
  console.log(`seed ${seed}, in ${base}`);
  const reports: Report[] = [];
  const run = async (name: string, count: number, missing: string | undefined, work: () => Promise<Report>) => {
    if (stopping) {
      return;
    }
    if (count > 0 && missing !== undefined) {
      console.log(`${name}: LEFT OUT, ${missing}`);
    } else if (count > 0) {
      const began = performance.now();
      const report = await work();
      reports.push(report);
      print(report, (performance.now() - began) / 1000, join(base, report.scenario));
    }
  };
  await run('kills', asked.kills, undefined, () => kills(at('kills'), asked.kills));
  await run('rejects', asked.rejects, undefined, () => rejects(at('rejects'), asked.rejects));
  await run('faults', asked.faults, undefined, () => faults(at('faults'), asked.faults));
  await run('power cuts', asked.powerCuts, disksMissing(), () => powerCuts(at('power'), asked.powerCuts));
  await run('full disk', asked.fullDisk, disksMissing(), () => fullDisk(at('full'), asked.fullDisk));
  await run('clock jumps', asked.clockJumps, clockMissing(), () => clockJumps(at('clock'), asked.clockJumps));
  await run('soak', asked.minutes, undefined, () => soak(at('soak'), asked.minutes, console.log));
  if (values['without-flush']) {
    return reports.some(({ violations }) => violations.length > 0) ? 0 : 1;
  }
  const wrong = reports.some(({ violations }) => violations.length > 0);
  if (!wrong && values.folder === undefined) {
    rmSync(base, { recursive: true, force: true });
  }
  return wrong ? 1 : 0;
}

/** Prints what a run came to; of each kind of violation the first few. All of it is written into a file of its folder. */
function print({ violations, ...report }: Report, seconds: number, folder: string): void {
  const all = { ...report, seconds: Math.round(seconds) };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'report.json'), JSON.stringify({ ...all, violations }, null, 2));
  console.log(JSON.stringify(all, null, 2));
  console.log(violations.length === 0 ? `${report.scenario}: no violations.` : `${report.scenario}: VIOLATIONS`);
  for (const kind of new Set(violations.map((violation) => violation.kind))) {
    const of = violations.filter((violation) => violation.kind === kind);
    console.log(`  ${of.length} ${kind}`);
    of.slice(0, SHOWN).forEach(({ what }) => console.log(`    ${what}`));
  }
}
