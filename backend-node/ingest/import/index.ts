export { importLogs, succeeded, type ImportOptions } from './import-logs';
export type { ImportSummary, FileSummary } from './summary';
