import { evidenceOf, FEATURES, type Evidence, type Group } from './evidence';
import { WEIGHTS } from './weights';
import type { Node } from './node';
import type { Judge } from './settle';

/** Weight of each piece of evidence in the log-odds that a group of words are values of a parameter. */
export type Weights = Record<(typeof FEATURES)[number] | 'prior', number>;

/** Log-odds that the words are values. */
export function logOdds(evidence: Evidence, weights: Weights): number {
  let sum = weights.prior;
  for (const feature of FEATURES) {
    sum += weights[feature] * evidence[feature];
  }
  return sum;
}

/** A judge that weighs the evidence. */
export function judgeWith(weights: Weights): Judge {
  return (group) => {
    const words = candidates(group);
    if (words.size < 2 && group.parent.pools.get(group.form)?.open !== true) {
      return [];
    }
    const evidence = evidenceOf({ ...group, words });
    return logOdds(evidence, weights) > asked(words, group.total, evidence) ? words.keys() : [];
  };
}

/** The judge that is shipped. */
export const judge: Judge = judgeWith(WEIGHTS);

/** Requests a word must have, as a multiple of the upper quartile of its siblings, to stand out from a parameter. */
const OUTSTANDING = 8;

/** The words of a group without those that stand out by far: `login` beside a thousand user names. */
export function candidates(group: Group): ReadonlyMap<string, Node> {
  if (group.words.size < 8) {
    return group.words;
  }
  const counts = [...group.words.values()].map((node) => node.requests).sort((a, b) => a - b);
  const usual = counts[Math.floor(counts.length * 0.75)] ?? 0;
  const least = Math.max(20, usual * OUTSTANDING);
  return new Map([...group.words].filter(([, node]) => node.requests < least));
}

/** Log-odds asked for beyond even ones: for words with all of the traffic, and for words seen once. */
const CAUTION = { all: 2, few: 2, many: 20 };

/**
 * How sure to be. A wrong merge of a few requests is a blemish, a wrong merge of everything leaves nothing to see; and
 * as no merge is undone, one on few requests can wait for more. Where what follows is the same after each word, there
 * is nothing to wait for.
 */
function asked(words: ReadonlyMap<string, Node>, total: number, evidence: Evidence): number {
  let requests = 0;
  for (const node of words.values()) {
    requests += node.requests;
  }
  const caution = CAUTION.all * (requests / total) ** 2 + CAUTION.few / (1 + requests / CAUTION.many);
  return caution * (1 - evidence.sameContinuation);
}
