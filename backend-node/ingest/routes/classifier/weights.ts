import type { Weights } from './judge';

/**
 * Log-odds per unit of evidence that sibling words are values of a parameter, by logistic regression on the labelled
 * paths of 18 public APIs (`npm run score:routes -- --fit DIR` fits them anew and prints them).
 */
export const WEIGHTS: Weights = {
  prior: -0.9,
  distinct: 0.45,
  newness: 1.08,
  repetition: -2.5,
  sameContinuation: 1.52,
  otherContinuation: -1.78,
  sameMix: 0.85,
  digits: 1.2,
  digitShape: 0.7,
  identifiers: 0.14,
  knownElsewhere: 1.77,
  commonEnding: 1.73,
  hyphens: 1.17,
  identifierStyle: -1.82,
  plurals: -2.74,
  afterPlural: 1.67,
  afterParameter: 0.53,
  atRoot: -0.74,
  evenness: 4.26,
  changing: 2.05,
  itemMethods: 0.43,
};
