export { RequestRecord, isTextColumn, type TextColumn } from './request-record';
export { IMPOSSIBLE_TIME, NO_REQUEST, NO_TIME, normaliseRecord, type RecordDefaults } from './normalise';
export { columnField, type FieldReading } from './column-fields';
