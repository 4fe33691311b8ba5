import type { Weights } from './judge';

/**
 * Log-odds per unit of evidence that sibling words are values of a parameter, by logistic regression on the labelled
 * paths of 18 public APIs (`npm run score:routes -- --fit DIR` fits them anew and prints them).
 */
export const WEIGHTS: Weights = {
  prior: -1.19,
  distinct: 0.43,
  newness: 1.36,
  repetition: -2.19,
  sameContinuation: 1.55,
  otherContinuation: -1.7,
  sameMix: 0.87,
  digits: 1.21,
  digitShape: 0.72,
  identifiers: 0.08,
  knownElsewhere: 1.79,
  commonEnding: 1.67,
  hyphens: 1.25,
  identifierStyle: -1.86,
  plurals: -2.69,
  afterPlural: 1.71,
  afterParameter: 0.59,
  atRoot: -0.8,
  evenness: 3.78,
  changing: 2.14,
  itemMethods: 0.51,
};
