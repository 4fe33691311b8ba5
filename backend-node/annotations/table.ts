import type { RecordColumn } from '@apitrail/contract';

import type { TableDefinition } from '../lake/table-definition';

const column = (name: string, type: RecordColumn['type'], description: string): RecordColumn => ({
  name,
  type,
  description,
});

/**
 * The table of posted annotations, `DIR/annotations`. Rows are only ever added: of the rows of an id the one recorded last
 * is the annotation, unless it says that the annotation was deleted.
 */
export const ANNOTATIONS_TABLE: TableDefinition = {
  name: 'annotations',
  columns: [
    column('id', 'string', 'Which annotation it is.'),
    column('kind', 'string', 'deploy, event or incident.'),
    column('time', 'timestamp', 'When it happened or began.'),
    column('time_end', 'timestamp', 'When it ended; null of a point in time.'),
    column('title', 'string', 'One line.'),
    column('text', 'string', 'More words.'),
    column('tags', 'string', 'Tags, separated by commas.'),
    column('service', 'string', 'Service it is about; null is all of them.'),
    column('environment', 'string', 'Environment it is about; null is all of them.'),
    column('service_version', 'string', 'Version that was deployed.'),
    column('recorded_at', 'timestamp', 'When the row was added. Of the rows of an id the last one counts.'),
    column('deleted_at', 'timestamp', 'When the annotation was deleted; null when it was not.'),
    column('request', 'string', 'Hashes of the Idempotency-Key and of the body it came with; null without a key.'),
  ],
  partitioned: false,
  sortBy: ['time'],
  statistics: ['time', 'recorded_at'],
};
