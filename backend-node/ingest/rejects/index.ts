export { LONGEST_TEXT, WHOLE_BODY, letterId, type DeadLetter } from './dead-letter';
export {
  listRejectFiles,
  lockRejects,
  RejectStore,
  type RejectStats,
  type RejectStoreOptions,
  type StoredRejects,
} from './reject-store';
