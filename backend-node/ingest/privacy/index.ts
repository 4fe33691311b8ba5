export {
  privacyConfigSchema,
  pseudonymKeyFile,
  KEY_FILE_VARIABLE,
  type PrivacyConfig,
  type PrivacyConfigInput,
} from './config';
export {
  createPseudonymiser,
  isPseudonym,
  Pseudonymiser,
  type PseudonymField,
  type PseudonymiserOptions,
} from './pseudonymiser';
export { needsPseudonyms, recordProtector } from './protect';
export { deriveStorageKey, storageKey, type StoragePurpose } from './storage-key';
