import React, { lazy, Suspense, useSyncExternalStore } from 'react';
import { AppPlugin } from '@grafana/data';
import { locationService } from '@grafana/runtime';
import { LoadingPlaceholder } from '@grafana/ui';

const GettingStarted = lazy(async () => ({ default: (await import('./pages/GettingStarted')).GettingStarted }));
const CohortsPage = lazy(async () => ({ default: (await import('./pages/cohorts/CohortsPage')).CohortsPage }));

const pathname = () => locationService.getLocation().pathname;
const listen = (changed: () => void) => locationService.getHistory().listen(changed);

/** Pages of the app, by how their addresses end: `/a/apitrail-insights-app/cohorts`. */
function App() {
  const path = useSyncExternalStore(listen, pathname);
  return (
    <Suspense fallback={<LoadingPlaceholder text="Loading Apitrail" />}>
      {/\/cohorts\/?$/.test(path) ? <CohortsPage /> : <GettingStarted />}
    </Suspense>
  );
}

export const plugin = new AppPlugin().setRootPage(App);
