import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

import { JOURNEY_STEPS, routeOf } from '../lake/requests-sql';
import { HOUR_US } from '../queries/case';

/** What chDB took, and how many units got to each step. */
export interface ChdbAnswer {
  version: string;
  /** Per run, milliseconds. */
  wallMs: number[];
  cpuMs: number[];
  units: number[];
}

const PROGRAM = `
import json, resource, sys, time, chdb
query, runs = sys.argv[1], int(sys.argv[2])
chdb.query(query, "JSONCompact")
wall, cpu = [], []
for _ in range(runs):
    used = resource.getrusage(resource.RUSAGE_SELF)
    began = time.perf_counter()
    answer = chdb.query(query, "JSONCompact").bytes()
    wall.append((time.perf_counter() - began) * 1000)
    now = resource.getrusage(resource.RUSAGE_SELF)
    cpu.append((now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime) * 1000)
version = str(chdb.query("select version()", "TSV")).strip()
print(json.dumps({"version": version, "wallMs": wall, "cpuMs": cpu, "levels": json.loads(answer)["data"]}))
`;

/**
 * Asks chDB in a Python that has it for how far customers get (`windowFunnel`), over the files of a table; undefined when that
 * Python has no chDB. Throws what it said when the query fails.
 */
export async function askChdb(
  python: string,
  { table, threads, runs }: { table: string; threads: number; runs: number }
): Promise<ChdbAnswer | undefined> {
  const run = promisify(execFile);
  const has = await run(python, ['-c', 'import chdb']).catch(() => undefined);
  if (!has) {
    return undefined;
  }
  const steps = Array.from({ length: JOURNEY_STEPS }, (_, index) => {
    const { route, method } = routeOf(index);
    return `route = '${route}' AND method = '${method}'`;
  });
  const routes = Array.from({ length: JOURNEY_STEPS }, (_, index) => `'${routeOf(index).route}'`).join(', ');
  const query = `SELECT level, count() AS units FROM (
  SELECT customer, windowFunnel(${HOUR_US})(toUInt64(toUnixTimestamp64Micro(time)), ${steps.join(', ')}) AS level
  FROM file('${table}/date=*/*.parquet', Parquet) WHERE customer IS NOT NULL AND status < 400 AND route IN (${routes}) GROUP BY customer
) GROUP BY level SETTINGS max_threads = ${threads}`;
  const { stdout } = await run(python, ['-c', PROGRAM, query, String(runs)], { maxBuffer: 2 ** 24 });
  const answer = JSON.parse(stdout) as Omit<ChdbAnswer, 'units'> & {
    levels: Array<[number | string, number | string]>;
  };
  const units = Array.from({ length: JOURNEY_STEPS }, (_, index) =>
    answer.levels.reduce((sum, [level, count]) => sum + (Number(level) > index ? Number(count) : 0), 0)
  );
  return { version: answer.version, wallMs: answer.wallMs, cpuMs: answer.cpuMs, units };
}
