import type { Weights } from './judge';

/**
 * Log-odds per unit of evidence that sibling words are values of a parameter, by logistic regression on the labelled
 * paths of 18 public APIs (`npm run score:routes -- --fit DIR` fits them anew and prints them).
 */
export const WEIGHTS: Weights = {
  prior: -0.49,
  distinct: 0.32,
  newness: 1.05,
  repetition: -2.67,
  sameContinuation: 1.47,
  otherContinuation: -2.17,
  sameMix: 0.86,
  digits: 1.22,
  digitShape: 0.67,
  identifiers: 0.41,
  knownElsewhere: 1.82,
  commonEnding: 1.72,
  hyphens: 1.55,
  identifierStyle: -1.66,
  plurals: -3.21,
  afterPlural: 1.74,
  afterParameter: 0.63,
  atRoot: -0.74,
  evenness: 4.35,
  changing: 1.38,
  itemMethods: 0.47,
  actions: -1.57,
};
