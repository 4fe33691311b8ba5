import React, { lazy, Suspense } from 'react';
import { AppPlugin } from '@grafana/data';
import { LoadingPlaceholder } from '@grafana/ui';

const GettingStarted = lazy(async () => ({ default: (await import('./pages/GettingStarted')).GettingStarted }));

const App = () => (
  <Suspense fallback={<LoadingPlaceholder text="Loading Apitrail" />}>
    <GettingStarted />
  </Suspense>
);

export const plugin = new AppPlugin().setRootPage(App);
