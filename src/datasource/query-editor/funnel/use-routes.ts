import type { DataFrame } from '@grafana/data';
import type { ComboboxOption } from '@grafana/ui';
import { useCallback, useMemo } from 'react';

import { fieldNamed, numberAt, textAt } from '../../../components/find-field';
import { plural } from '../../../components/format';
import type { ApitrailQueryOf } from '../../types';
import { useEditor } from '../editor-context';
import { resolve } from '../resolve';
import { routeOf, routeText, type StepRoute } from './routes';

/** So many routes are looked through here; of more, those that contain the search are asked for. */
const MOST = 1000;
/** So many options are offered at once: who wants another one types. */
const OFFERED = 200;

export interface SeenRoute {
  route: StepRoute;
  requests: number;
  /** Services that have it. */
  services: string[];
}

/** Loads the endpoints seen in the editor's range as options, most frequent first. */
export function useRouteOptions(): (search: string) => Promise<ComboboxOption[]> {
  const { dataSource, assistant, resolveContext, dataset, filters } = useEditor();
  const asked = JSON.stringify([
    dataset,
    filters,
    resolveContext?.range.from.valueOf(),
    resolveContext?.range.to.valueOf(),
  ]);
  const load = useCallback(
    async (search: string): Promise<SeenRoute[]> => {
      if (!assistant || !resolveContext) {
        return [];
      }
      const ask = (contains: string) => {
        const query = routesQuery(dataset, filters, contains);
        const { query: resolved, problem } = resolve(dataSource, query, resolveContext);
        // Filters that cannot run yet: routes are looked for among all requests.
        const question = problem ? routesQuery(dataset, undefined, contains) : query;
        const key = JSON.stringify([problem ? question : resolved, asked]);
        return assistant.ask(key, question, resolveContext, new AbortController().signal);
      };
      const [all] = await ask('');
      const routes = seenRoutes(all);
      if (search === '' || routes.length < MOST) {
        return routes;
      }
      const [found] = await ask(search);
      return seenRoutes(found);
    },
    // What it depends on is what is asked: the rest is new with every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [assistant, asked]
  );
  return useMemo(
    () => async (search: string) => {
      // Without the companion a route can still be typed.
      const routes = await load(search).catch(() => []);
      const options = matching(routes, search).slice(0, OFFERED).map(optionOf);
      const typed = typedOption(search);
      return typed && !options.some(({ value }) => value === typed.value) ? [...options, typed] : options;
    },
    [load]
  );
}

function routesQuery(
  dataset: string | undefined,
  filters: ApitrailQueryOf<'endpoints'>['filters'],
  contains: string
): ApitrailQueryOf<'endpoints'> {
  const search = { key: 'route', operator: '=~' as const, value: `(?i)${literally(contains)}` };
  return {
    refId: 'A',
    version: 1,
    queryType: 'endpoints',
    groupBy: ['service', 'method', 'route'],
    metrics: ['requests'],
    orderBy: 'requests',
    limit: MOST,
    ...(dataset ? { dataset } : {}),
    filters: [{ key: 'route', operator: 'exists' }, ...(filters ?? []), ...(contains === '' ? [] : [search])],
  };
}

/** Text as a regular expression that is only it. */
function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The endpoints of an answer, most frequent first; one that several services have is named with each of them. */
export function seenRoutes(frame: DataFrame | undefined): SeenRoute[] {
  if (!frame) {
    return [];
  }
  const [service, method, route, requests] = ['service', 'method', 'route', 'requests'].map((name) =>
    fieldNamed(frame, [name])
  );
  const seen = new Map<string, SeenRoute & { byService: Map<string, number> }>();
  for (let row = 0; row < frame.length; row++) {
    const path = textAt(route, row);
    if (path === undefined || path === '{other}') {
      continue;
    }
    const verb = textAt(method, row);
    const endpoint: StepRoute = { ...(verb === undefined ? {} : { method: verb }), route: path };
    const text = routeText(endpoint);
    const known = seen.get(text) ?? {
      route: endpoint,
      requests: 0,
      services: [],
      byService: new Map<string, number>(),
    };
    const count = numberAt(requests, row);
    known.requests += count;
    const name = textAt(service, row);
    if (name !== undefined) {
      known.services.push(name);
      known.byService.set(name, count);
    }
    seen.set(text, known);
  }
  return [...seen.values()]
    .flatMap(({ byService, ...all }) => [
      all,
      ...(byService.size > 1
        ? [...byService].map(([service, count]) => ({
            route: { service, ...all.route },
            requests: count,
            services: [service],
          }))
        : []),
    ])
    .sort((a, b) => b.requests - a.requests);
}

/** Those that have every word of the search in what they are called; after them those that a service of that name has. */
function matching(routes: readonly SeenRoute[], search: string): SeenRoute[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => words.every((word) => text.toLowerCase().includes(word));
  const [named, served]: [SeenRoute[], SeenRoute[]] = [[], []];
  for (const seen of routes) {
    const text = routeText(seen.route);
    if (has(text)) {
      named.push(seen);
    } else if (has(`${text} ${seen.services.join(' ')}`)) {
      served.push(seen);
    }
  }
  return [...named, ...served];
}

/** What was typed, where it can be a request: after all that was seen, so that Enter takes what was looked for. */
function typedOption(search: string): ComboboxOption | undefined {
  const route = routeOf(search);
  if (!route || !/^[/$]/.test(route.route)) {
    return undefined;
  }
  const text = routeText(route);
  return { value: text, label: text, description: 'As typed' };
}

function optionOf({ route, requests, services }: SeenRoute): ComboboxOption {
  const text = routeText(route);
  const where = route.service !== undefined ? '' : services.length > 1 ? `${services.length} services` : services[0];
  return {
    value: text,
    label: text,
    description: `${plural(requests, 'request')}${where ? ` · ${where}` : ''}`,
  };
}
