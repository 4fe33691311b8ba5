import type { ApitrailQuery } from '../../src/datasource/types';

/** What a link of a panel to Explore asks for. Times are epoch milliseconds. */
export interface ExploreLink {
  query: ApitrailQuery;
  from: number;
  to: number;
}

interface Pane {
  queries?: ApitrailQuery[];
  range?: { from: string; to: string };
}

/** Reads a path such as `/explore?schemaVersion=1&panes=…`; undefined when it is another or has no query of ours. */
export function readExploreLink(pathname: string, search: string): ExploreLink | undefined {
  const panes = new URLSearchParams(search).get('panes');
  if (!pathname.endsWith('/explore') || !panes) {
    return undefined;
  }
  try {
    const [pane] = Object.values(JSON.parse(panes) as Record<string, Pane>);
    const query = pane?.queries?.[0];
    const from = Number(pane?.range?.from);
    const to = Number(pane?.range?.to);
    return query && Number.isFinite(from) && Number.isFinite(to) ? { query, from, to } : undefined;
  } catch {
    return undefined;
  }
}
