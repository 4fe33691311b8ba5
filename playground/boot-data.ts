/**
 * What Grafana’s page sets before its code runs, as far as the data source and the panels look at it. It is a
 * script of its own, which the page runs before anything of @grafana.
 */
const globals = globalThis as unknown as Record<string, unknown>;

globals.__grafana_public_path__ = '/public/';
globals.grafanaBootData = {
  assets: { dark: '', light: '' },
  settings: {
    appSubUrl: '',
    appUrl: '/',
    buildInfo: { version: '13.2.2', env: 'production' },
    featureToggles: {},
    datasources: {},
  },
  user: { timezone: 'browser', language: 'en-US', regionalFormat: 'en-US', isSignedIn: false, orgRole: 'Editor' },
  navTree: [],
};

/** Where the code editor gets what it does beside the page; Grafana's page says so too. */
globals.MonacoEnvironment = { getWorker: () => new Worker('/editor.worker.js') };

export {};
