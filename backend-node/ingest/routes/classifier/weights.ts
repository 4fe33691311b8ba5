import type { Weights } from './judge';

/**
 * Log-odds per unit of evidence that sibling words are values of a parameter, by logistic regression on the labelled
 * paths of 18 public APIs (`npm run score:routes -- --fit DIR` fits them anew and prints them).
 */
export const WEIGHTS: Weights = {
  prior: -0.58,
  distinct: 0.59,
  newness: 1.04,
  repetition: -2.64,
  sameContinuation: 1.39,
  otherContinuation: -1.93,
  sameMix: 0.77,
  digits: 1.12,
  digitShape: 0.65,
  identifiers: 0.15,
  knownElsewhere: 1.69,
  commonEnding: 1.66,
  hyphens: 1.24,
  identifierStyle: -1.68,
  plurals: -2.9,
  afterPlural: 1.68,
  afterParameter: 0.62,
  atRoot: -0.73,
  evenness: 4.24,
  changing: 1.95,
  itemMethods: 0.42,
  actions: -1.47,
};
