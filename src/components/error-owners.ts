import { type GrafanaTheme2 } from '@grafana/data';
import { type IconName } from '@grafana/ui';

export interface Owner {
  label: string;
  icon: IconName;
  meaning: string;
}

const OWNERS: Record<string, Owner> = {
  own: { label: 'Own', icon: 'bug', meaning: 'Our own code' },
  client: { label: 'Client', icon: 'user', meaning: 'The caller sent something wrong' },
  auth: { label: 'Auth', icon: 'lock', meaning: 'Not signed in, or not allowed' },
  rate_limit: { label: 'Rate limit', icon: 'tachometer-fast', meaning: 'The caller sent too much' },
  upstream: { label: 'Upstream', icon: 'cloud', meaning: 'A service we call' },
  network: { label: 'Network', icon: 'sitemap', meaning: 'The way between us and others' },
  capacity: { label: 'Capacity', icon: 'layer-group', meaning: 'Not enough room' },
};

/** Who owns an error, as text and icon; undefined when nobody is named. */
export function ownerOf(name: string | null | undefined): Owner | undefined {
  return name ? (OWNERS[name] ?? { label: name, icon: 'question-circle', meaning: name }) : undefined;
}

/** Colour of a status: the caller's errors warn, ours are errors. The number says the same. */
export function statusColor(status: string, theme: GrafanaTheme2): string {
  return /^5/.test(status)
    ? theme.colors.error.text
    : /^4/.test(status)
      ? theme.colors.warning.text
      : theme.colors.text.primary;
}
