import { type PanelData } from '@grafana/data';
import { type FunnelQuery } from '@apitrail/contract';

import { type LazyView, lazyView } from '../../components/lazy-view';

/** The views beside the steps of a funnel: most panels show none of them, and fetch none. */
export const AttemptsView = lazyView(async () => (await import('./attempts/AttemptsView')).AttemptsView);
export const CorrelationView = lazyView(async () => (await import('./correlation/CorrelationView')).CorrelationView);
export const ReasonsList = lazyView(async () => (await import('./reasons/ReasonsList')).ReasonsList);
export const SegmentsView = lazyView(async () => (await import('./segments/SegmentsView')).SegmentsView);
export const TrendView = lazyView(async () => (await import('./trend/TrendView')).TrendView);

const OF_VIEW: Readonly<Record<string, Pick<LazyView<never>, 'preload'>>> = {
  correlation: CorrelationView,
  reasons: ReasonsList,
  trend: TrendView,
  units: AttemptsView,
};

/** Fetches the code of what is asked while the companion answers. */
export function preloadViews(request: PanelData['request']): void {
  for (const { queryType, view, breakdown } of (request?.targets ?? []) as Array<Partial<FunnelQuery>>) {
    if (queryType === 'funnel') {
      void OF_VIEW[view ?? '']?.preload();
      if (breakdown && !(view && view in OF_VIEW)) {
        void SegmentsView.preload();
      }
    }
  }
}
