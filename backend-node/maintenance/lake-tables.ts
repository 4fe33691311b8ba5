import { ANNOTATIONS_TABLE } from '../annotations/table';
import { LEFT_OUT_TABLE } from '../ingest/noise/left-out-table';
import { REQUESTS_TABLE, type TableDefinition } from '../lake/table-definition';

/** The tables a lake may have: compaction, vacuum and verification look after all of them. */
export const LAKE_TABLES: readonly TableDefinition[] = [REQUESTS_TABLE, ANNOTATIONS_TABLE, LEFT_OUT_TABLE];
