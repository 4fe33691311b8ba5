import type { RecordColumn } from '@apitrail/contract';

import type { TableDefinition } from '../../lake/table-definition';

const column = (name: string, type: RecordColumn['type'], description: string): RecordColumn => ({
  name,
  type,
  description,
});

/** The table of what rules left out, `DIR/left_out`: a row per rule, service and minute of a commit. Rows of one minute add up. */
export const LEFT_OUT_TABLE: TableDefinition = {
  name: 'left_out',
  columns: [
    column('time', 'timestamp', 'Begin of the minute, by the times of the requests.'),
    column('rule', 'string', 'Name of the rule.'),
    column('action', 'string', 'What the rule does: drop, count or sample.'),
    column('service', 'string', 'Service of the requests.'),
    column('environment', 'string', 'Environment of the requests.'),
    column('status', 'integer', 'Their status; of rules with the action count only.'),
    column('requests', 'double', 'How many requests were left out.'),
  ],
  partitioned: true,
  sortBy: ['rule', 'service', 'time'],
  statistics: ['time', 'rule', 'service'],
};
