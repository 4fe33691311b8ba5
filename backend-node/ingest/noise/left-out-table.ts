import { ownColumn, type TableDefinition } from '../../lake/table-definition';

/** The table of what rules left out, `DIR/left_out`: a row per rule, service and minute of a commit. Rows of one minute add up. */
export const LEFT_OUT_TABLE: TableDefinition = {
  name: 'left_out',
  columns: [
    ownColumn('time', 'timestamp', 'Begin of the minute, by the times of the requests.'),
    ownColumn('rule', 'string', 'Name of the rule.'),
    ownColumn('action', 'string', 'What the rule does: drop, count or sample.'),
    ownColumn('service', 'string', 'Service of the requests.'),
    ownColumn('environment', 'string', 'Environment of the requests.'),
    ownColumn('status', 'integer', 'Their status; of rules with the action count only.'),
    ownColumn('requests', 'double', 'How many requests were left out.'),
  ],
  partitioned: true,
  sortBy: ['rule', 'service', 'time'],
  statistics: ['time', 'rule', 'service'],
};
