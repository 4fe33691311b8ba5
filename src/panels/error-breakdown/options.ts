import { type PanelOptionsEditorBuilder } from '@grafana/data';

import { type SortColumn } from './rows';

export const COLUMNS = [
  'owner',
  'requestsChange',
  'share',
  'customers',
  'customersChange',
  'sessions',
  'trend',
  'firstSeen',
  'lastSeen',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

export const COLUMN_LABELS: Record<ColumnName, string> = {
  owner: 'Owner',
  requestsChange: 'Change',
  share: 'Share',
  customers: 'Customers',
  customersChange: 'Cust. change',
  sessions: 'Sessions',
  trend: 'Trend',
  firstSeen: 'First seen',
  lastSeen: 'Last seen',
};

export interface ErrorsOptions {
  columns: ColumnName[];
  density: 'normal' | 'compact';
  /** `each` has a row for each group of the query; a dimension puts groups together. */
  groupBy: string;
  sortBy: SortColumn;
  sortDirection: 'asc' | 'desc';
  showToolbar: boolean;
}

export const defaultOptions: ErrorsOptions = {
  columns: [...COLUMNS],
  density: 'normal',
  groupBy: 'each',
  sortBy: 'requests',
  sortDirection: 'desc',
  showToolbar: true,
};

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<ErrorsOptions>): void {
  const category = ['Errors'];
  builder
    .addMultiSelect({
      path: 'columns',
      name: 'Columns',
      description: 'Shown where there is room for them. Changes need a query with “Compare with”.',
      category,
      defaultValue: defaultOptions.columns,
      // The type says that each choice is a list, as the whole value is; Grafana takes single ones.
      settings: { options: COLUMNS.map((value) => ({ value: value as never, label: COLUMN_LABELS[value] })) },
    })
    .addRadio({
      path: 'density',
      name: 'Density',
      category,
      defaultValue: defaultOptions.density,
      settings: {
        options: [
          { value: 'normal', label: 'Normal' },
          { value: 'compact', label: 'Compact' },
        ],
      },
    })
    .addSelect({
      path: 'groupBy',
      name: 'Rows',
      description: 'What the list opens with.',
      category,
      defaultValue: defaultOptions.groupBy,
      settings: {
        options: [
          { value: 'each', label: 'Each group of the query' },
          { value: 'status', label: 'Status' },
          { value: 'route', label: 'Route' },
          { value: 'service', label: 'Service' },
          { value: 'error_owner', label: 'Owner' },
        ],
      },
    })
    .addSelect({
      path: 'sortBy',
      name: 'Sort by',
      category,
      defaultValue: defaultOptions.sortBy,
      settings: {
        options: [
          { value: 'requests', label: 'Requests' },
          { value: 'requestsChange', label: 'Change', description: 'Of the requests: new errors and those that grew' },
          { value: 'customers', label: 'Customers' },
          { value: 'customersChange', label: 'Change of customers' },
          { value: 'lastSeen', label: 'Last seen' },
          { value: 'firstSeen', label: 'First seen' },
          { value: 'title', label: 'Error' },
          { value: 'owner', label: 'Owner' },
        ],
      },
    })
    .addRadio({
      path: 'sortDirection',
      name: 'Direction',
      category,
      defaultValue: defaultOptions.sortDirection,
      settings: {
        options: [
          { value: 'desc', label: 'Most first' },
          { value: 'asc', label: 'Least first' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'showToolbar',
      name: 'Search and grouping',
      category,
      defaultValue: defaultOptions.showToolbar,
    });
}
