import { ownColumn, type TableDefinition } from '../lake/table-definition';

/**
 * The table of posted annotations, `DIR/annotations`. Rows are only ever added: of the rows of an id the one recorded last
 * is the annotation, unless it says that the annotation was deleted.
 */
export const ANNOTATIONS_TABLE: TableDefinition = {
  name: 'annotations',
  columns: [
    ownColumn('id', 'string', 'Which annotation it is.'),
    ownColumn('kind', 'string', 'deploy, event or incident.'),
    ownColumn('time', 'timestamp', 'When it happened or began.'),
    ownColumn('time_end', 'timestamp', 'When it ended; null of a point in time.'),
    ownColumn('title', 'string', 'One line.'),
    ownColumn('text', 'string', 'More words.'),
    ownColumn('tags', 'string', 'Tags, separated by commas.'),
    ownColumn('service', 'string', 'Service it is about; null is all of them.'),
    ownColumn('environment', 'string', 'Environment it is about; null is all of them.'),
    ownColumn('service_version', 'string', 'Version that was deployed.'),
    ownColumn('recorded_at', 'timestamp', 'When the row was added. Of the rows of an id the last one counts.'),
    ownColumn('deleted_at', 'timestamp', 'When the annotation was deleted; null when it was not.'),
    ownColumn('request', 'string', 'Hashes of the Idempotency-Key and of the body it came with; null without a key.'),
  ],
  partitioned: false,
  sortBy: ['time'],
  statistics: ['time', 'recorded_at'],
};
