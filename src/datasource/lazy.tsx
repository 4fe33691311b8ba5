import React, { type ComponentType, lazy, Suspense } from 'react';
import { LoadingPlaceholder } from '@grafana/ui';

/** A component whose code is fetched when it is first shown, so that dashboards do not load editors. */
export function lazily<P extends object>(load: () => Promise<ComponentType<P>>): ComponentType<P> {
  const Loaded = lazy(async () => ({ default: await load() })) as unknown as ComponentType<P>;
  return function Lazy(props: P) {
    return (
      <Suspense fallback={<LoadingPlaceholder text="Loading editor" />}>
        <Loaded {...props} />
      </Suspense>
    );
  };
}
