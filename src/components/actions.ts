import { type LinkModel } from '@grafana/data';
import { type AdHocFilterItem, type IconName } from '@grafana/ui';
import { type Filter } from '@apitrail/contract';

import {
  type DrillQuery,
  type DrillTarget,
  exploreQueryPath,
  exploreRequestsPath,
  hrefOf,
  openPath,
  type RequestsQuestion,
} from './drill-down';

/** Something that can be done with a mark. */
export interface Action {
  label: string;
  description?: string;
  icon: IconName;
  /** Address, so that the action can be opened in a new tab. */
  href?: string;
  target?: LinkModel['target'];
  /** Why the action cannot be taken. */
  disabled?: string;
  run(event: React.MouseEvent<HTMLElement>): void;
}

/** Opens the requests behind a mark in Explore; what cannot be asked for is said to be so. */
export function openRequests(
  target: DrillTarget | undefined,
  question: (Omit<RequestsQuestion, 'filters'> & { filters: Filter[] | undefined }) | undefined,
  label: string,
  description?: string
): Action | undefined {
  if (!target || !question) {
    return undefined;
  }
  const { filters } = question;
  if (!filters) {
    return { label, icon: 'list-ul', disabled: 'Too many groups to leave out in one query', run: () => undefined };
  }
  return { label, description, icon: 'list-ul', ...leadingTo(exploreRequestsPath(target, { ...question, filters })) };
}

/** Opens another query of the same data in Explore. */
export function openQuery(
  target: DrillTarget | undefined,
  query: DrillQuery,
  range: { from: number; to: number },
  { label, description, icon }: Pick<Action, 'label' | 'description' | 'icon'>
): Action | undefined {
  return target && { label, description, icon, ...leadingTo(exploreQueryPath(target, query, range)) };
}

function leadingTo(path: string): Pick<Action, 'href' | 'run'> {
  return {
    href: hrefOf(path),
    run: (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
        event.preventDefault();
        openPath(path);
      }
    },
  };
}

/** Filters the dashboard for values of keys; only where the dashboard can be filtered. */
export function addFilters(
  add: ((item: AdHocFilterItem) => void) | undefined,
  keys: Record<string, string | null>,
  label: string,
  operator: '=' | '!=' = '='
): Action | undefined {
  const items = Object.entries(keys).filter((entry): entry is [string, string] => entry[1] !== null && entry[1] !== '');
  if (!add || items.length === 0) {
    return undefined;
  }
  return {
    label,
    description: items.map(([key, value]) => `${key} ${operator} ${value}`).join(', '),
    icon: operator === '=' ? 'search-plus' : 'search-minus',
    run: () => items.forEach(([key, value]) => add({ key, operator, value })),
  };
}

/** Puts text on the clipboard; absent where the page may not. */
export function copyText(text: string, label: string): Action | undefined {
  const clipboard = navigator.clipboard;
  if (!clipboard) {
    return undefined;
  }
  return { label, icon: 'copy', run: () => void clipboard.writeText(text) };
}

/** The data links of a field. */
export function linkActions(links: LinkModel[]): Action[] {
  return links.map((link) => ({
    label: link.title,
    icon: link.target === '_blank' ? 'external-link-alt' : 'link',
    href: link.href,
    target: link.target,
    run: (event) => link.onClick?.(event),
  }));
}
