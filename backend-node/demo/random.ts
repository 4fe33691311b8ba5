import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';

/** Numbers that look random and are the same for the same seeds, whatever the order of other streams. */
export class Random {
  readonly #generator: RandomGenerator;

  /** @param seeds Whole numbers; together they name the stream. */
  constructor(...seeds: number[]) {
    this.#generator = xoroshiro128plus(seeds.reduce(mix, 0x9e3779b9));
  }

  /** Uniform in [0, 1). */
  next(): number {
    return (this.#generator.next() >>> 0) / 0x1_0000_0000;
  }

  /** Uniform whole number in [from, to]. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.next() * (to - from + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)]!;
  }

  /** One of the items, each as likely as its weight says. */
  weighted<T>(items: ReadonlyArray<readonly [T, number]>): T {
    const total = items.reduce((sum, [, weight]) => sum + weight, 0);
    let rest = this.next() * total;
    for (const [item, weight] of items) {
      rest -= weight;
      if (rest < 0) {
        return item;
      }
    }
    return items[items.length - 1]![0];
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** Log-normal with that median; `sigma` is the standard deviation of the logarithm. */
  logNormal(median: number, sigma: number): number {
    return median * Math.exp(sigma * this.normal());
  }

  /** Exponential with that mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.next());
  }

  /** Whole number from a Zipf-like distribution over [0, size): small numbers are frequent (inverse of 1/x density). */
  zipf(size: number): number {
    return Math.min(size - 1, Math.floor(size ** this.next()) - 1);
  }

  /** Lower-case hexadecimal digits. */
  hex(digits: number): string {
    let text = '';
    while (text.length < digits) {
      text += (this.#generator.next() >>> 0).toString(16).padStart(8, '0');
    }
    return text.slice(0, digits);
  }
}

/** Spreads a seed over 32 bits (finaliser of MurmurHash3). */
function mix(state: number, seed: number): number {
  let hash = Math.imul(state ^ (seed | 0), 0x85ebca6b) ^ Math.floor(seed / 0x1_0000_0000);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) | 0;
}
