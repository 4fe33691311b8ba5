import { type PanelOptionsEditorBuilder } from '@grafana/data';

export interface TimelineOptions {
  order: 'newest' | 'oldest';
  /** Requests in a row that went well are one line, which can be opened. */
  collapseRuns: boolean;
  /** Steps of journeys, and the rail that says how far one was. */
  showJourneys: boolean;
  showService: boolean;
  /** Summary and chips that say what is shown. */
  showToolbar: boolean;
  /** Links to the dashboard of an endpoint that comes with Apitrail. */
  dashboardLinks: boolean;
}

export const defaultOptions: TimelineOptions = {
  order: 'newest',
  collapseRuns: true,
  showJourneys: true,
  showService: false,
  showToolbar: true,
  dashboardLinks: true,
};

/** The options of the panel, as the panel editor shows them. */
export function addOptions(builder: PanelOptionsEditorBuilder<TimelineOptions>): void {
  const category = ['Timeline'];
  builder
    .addRadio({
      path: 'order',
      name: 'Order',
      category,
      defaultValue: defaultOptions.order,
      settings: {
        options: [
          { value: 'newest', label: 'Newest first' },
          { value: 'oldest', label: 'Oldest first' },
        ],
      },
    })
    .addBooleanSwitch({
      path: 'collapseRuns',
      name: 'Collapse what went well',
      description: 'Requests in a row without an error, none of them slow, are one line that can be opened.',
      category,
      defaultValue: defaultOptions.collapseRuns,
    })
    .addBooleanSwitch({
      path: 'showJourneys',
      name: 'Journeys',
      description: 'Steps of the journey that the query names, and a rail beside the requests between them.',
      category,
      defaultValue: defaultOptions.showJourneys,
    })
    .addBooleanSwitch({
      path: 'showService',
      name: 'Service',
      description: 'Beside each request, where there is room.',
      category,
      defaultValue: defaultOptions.showService,
    })
    .addBooleanSwitch({
      path: 'showToolbar',
      name: 'Summary and filters',
      category,
      defaultValue: defaultOptions.showToolbar,
    })
    .addBooleanSwitch({
      path: 'dashboardLinks',
      name: 'Links to dashboards',
      description: 'From a request to the dashboard of its endpoint that comes with Apitrail.',
      category,
      defaultValue: defaultOptions.dashboardLinks,
    });
}
