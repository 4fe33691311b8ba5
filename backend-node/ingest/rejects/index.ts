export { LONGEST_TEXT, WHOLE_BODY, letterId, type DeadLetter } from './dead-letter';
export { RejectStore, type RejectStats, type RejectStoreOptions } from './reject-store';
export { listRejectFiles, lockRejects, type StoredRejects } from './stored-rejects';
