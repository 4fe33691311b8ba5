/**
 * The IANA name of a time zone as Grafana gives it: `browser`, `utc`, an IANA name, or nothing.
 * Returns undefined for nothing, so that the next default applies.
 */
export function resolveTimeZone(timeZone: string | undefined): string | undefined {
  switch (timeZone) {
    case undefined:
    case '':
      return undefined;
    case 'browser':
      return new Intl.DateTimeFormat().resolvedOptions().timeZone;
    case 'utc':
      return 'UTC';
    default:
      return timeZone;
  }
}
