// Only what is used of the package, so that the bundle leaves out the other twenty dialects.
export { duckdb, formatDialect } from 'sql-formatter';
