export { appendRows, routeRows, type RowDefaults } from './append-rows';
export { RecordChunks } from './record-chunks';
export type { RecordRows } from './record-rows';
