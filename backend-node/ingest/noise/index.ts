export { NOISE_SETS, NOISE_SET_NAMES, type NoiseSetName } from './built-in-sets';
export { noiseConfigSchema, type NoiseConfig, type NoiseRule } from './config';
export { LeftOutNotes } from './left-out-notes';
export { LeftOutStore } from './left-out-store';
export { LEFT_OUT_TABLE } from './left-out-table';
export { openNoise } from './open-noise';
export type { JourneyState } from './journeys';
export { NoisePolicy, type LeftOutCount } from './noise-policy';
export { removeUncommittedCounts, writeUncommittedCounts, type UncommittedCounts } from './uncommitted-counts';
