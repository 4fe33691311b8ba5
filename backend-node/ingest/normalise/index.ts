export { RequestRecord, isTextColumn, type TextColumn } from './request-record';
export { normaliseRecord, type RecordDefaults } from './normalise';
export { columnField, type FieldReading } from './column-fields';
