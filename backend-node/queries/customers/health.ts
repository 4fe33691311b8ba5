import type { HealthPart, HealthRules } from '@apitrail/contract';

import { OWNER_WEIGHTS } from './failures';

/** How much of the health each part can take. */
export const WEIGHTS: Readonly<Record<HealthPart, number>> = {
  failures: 0.4,
  slowness: 0.2,
  abandoned: 0.25,
  recency: 0.15,
};

/** At which share a part is a half: a customer is hurt by few failures, and the tenth hurts less than the first. */
export const HALF = { failures: 0.03, slowness: 0.2, abandoned: 0.15 } as const;

/** As how many requests, journeys and visits of the population every customer begins with. */
export const PRIOR = { requests: 20, journeys: 5, visits: 2 } as const;

/** Share of requests above the 95th percentile that is usual. */
export const USUAL_SLOW = 0.05;

/** Silence begins to count at so many times the usual pause. */
export const QUIET_PAUSES = 2;

/** What the shares of one customer are shrunk towards. */
export interface Population {
  /** Share of requests that failed, as their owners weigh. */
  failures: number;
  /** Share of journeys that were abandoned. */
  abandoned: number;
  /** Milliseconds from one visit to the next, if all visits of everybody were spread over the range; null without visits. */
  rhythm: number | null;
}

/** What one customer lived through. */
export interface Experience {
  /** How many requests are known: of sampled ones as many as the sample is worth, (Σw)² / Σw² (Kish). */
  requests: number;
  /** Share of requests that failed, as their owners weigh. */
  failures: number;
  /** Requests at endpoints of which it is known what is usual, and the share of them that took longer. */
  timed: number;
  slow: number;
  journeys: number;
  abandoned: number;
  /** Visits, and milliseconds from the first request to the last, and from there to the present. */
  visits: number;
  span: number;
  silence: number;
}

/** A share of `known` cases, shrunk towards what the population has: the posterior mean of a beta prior (empirical Bayes). */
function shrunk(share: number, known: number, prior: number, strength: number): number {
  return (known * share + strength * prior) / (known + strength);
}

function part(share: number, half: number): number {
  return share / (share + half);
}

/**
 * What each part takes, 0 to 1, in plain code: the meaning of the SQL, which tests hold against it.
 * `recency` is 0 until a customer is silent for two of its usual pauses, a half at four.
 */
export function partsOf(lived: Experience, population: Population): Record<HealthPart, number> {
  const slow = shrunk(lived.slow, lived.timed, USUAL_SLOW, PRIOR.requests);
  const excess = Math.max(0, slow - USUAL_SLOW) / (1 - USUAL_SLOW);
  const abandoned = lived.journeys > 0 ? lived.abandoned / lived.journeys : 0;
  return {
    failures: part(shrunk(lived.failures, lived.requests, population.failures, PRIOR.requests), HALF.failures),
    slowness: part(excess, HALF.slowness),
    abandoned: part(shrunk(abandoned, lived.journeys, population.abandoned, PRIOR.journeys), HALF.abandoned),
    recency: recencyOf(lived, population),
  };
}

function recencyOf({ visits, span, silence }: Experience, { rhythm }: Population): number {
  const pauses = visits - 1;
  if (rhythm === null || silence <= 0) {
    return 0;
  }
  const usual = (span + PRIOR.visits * rhythm) / (pauses + PRIOR.visits);
  return Math.max(0, 1 - (QUIET_PAUSES * usual) / silence);
}

/** 100 is well, 0 is as bad as can be. */
export function healthOf(parts: Readonly<Record<HealthPart, number>>): number {
  const taken = (Object.keys(WEIGHTS) as HealthPart[]).reduce((sum, name) => sum + WEIGHTS[name] * parts[name], 0);
  return 100 * (1 - taken);
}

/** What the marker says of it. */
export function rulesOf({ failures, abandoned, rhythm }: Population): HealthRules {
  return {
    weights: { ...WEIGHTS },
    half: { ...HALF },
    ownerWeights: { ...OWNER_WEIGHTS },
    prior: { ...PRIOR, failures, slowness: USUAL_SLOW, abandoned, rhythm },
  };
}
