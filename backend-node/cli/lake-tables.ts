export { LAKE_TABLES } from '../maintenance/lake-tables';
