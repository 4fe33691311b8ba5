import { sql } from '../../engine/sql';

/** Which requests a customer made: calls that services made to others meanwhile are none it sees. */
export const IS_OWN_REQUEST = sql`direction IS DISTINCT FROM 'client'`;
