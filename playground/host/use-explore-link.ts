import { useEffect, useState } from 'react';
import { locationService } from '@grafana/runtime';

import { type ExploreLink, readExploreLink } from './explore-link';

/** What a panel last went to Explore for, and what forgets it. */
export function useExploreLink(): [ExploreLink | undefined, () => void] {
  const [link, setLink] = useState<ExploreLink>();
  useEffect(
    () =>
      locationService.getHistory().listen((location: { pathname: string; search: string }) => {
        setLink(readExploreLink(location.pathname, location.search));
      }),
    []
  );
  const [before] = useState(() => location.pathname + location.search);
  return [
    link,
    () => {
      setLink(undefined);
      locationService.replace(before);
    },
  ];
}
