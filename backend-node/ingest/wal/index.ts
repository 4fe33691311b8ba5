export { Wal } from './wal';
export type { WalCounts } from './group-writer';
export type { WalEntry, WalLog, WalOptions, WalProblem } from './options';
