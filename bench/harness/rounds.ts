import type { Timings } from './statistics';

/** One side of a comparison: something to run, and the CPU time of whoever runs it, in milliseconds so far. */
export interface Side {
  run(): Promise<unknown>;
  cpuMs(): Promise<number> | number;
  /** CPU time that asking for the CPU time takes itself; 0 by default. */
  askingMs?: number;
}

/**
 * Runs all sides in turn, so many times each, beginning with another one in every round: what else the machine does hits
 * all alike. Nothing is discarded: warm up before.
 */
export async function measureRounds(sides: readonly Side[], runs: number): Promise<Timings[]> {
  const timings = sides.map((): Timings => ({ wallMs: [], cpuMs: [] }));
  for (let round = 0; round < runs; round++) {
    for (let turn = 0; turn < sides.length; turn++) {
      const index = (round + turn) % sides.length;
      const side = sides[index]!;
      const cpu = await side.cpuMs();
      const began = performance.now();
      await side.run();
      timings[index]!.wallMs.push(performance.now() - began);
      timings[index]!.cpuMs.push((await side.cpuMs()) - cpu - (side.askingMs ?? 0));
    }
  }
  return timings;
}
