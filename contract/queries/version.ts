/** Version of the query model. Absent means 1. A saved query of an older version is migrated. */
export const QUERY_VERSION = 1;
