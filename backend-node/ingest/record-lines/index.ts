export { appendRows, type RowDefaults } from './append-rows';
export { RecordChunks } from './record-chunks';
export type { RecordRows } from './record-rows';
export type { ShortRows } from './short-rows';
export { RouteRows } from './route-rows';
