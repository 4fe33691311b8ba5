import { type GrafanaTheme2 } from '@grafana/data';

/** HTTP methods that routes are told apart by. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'QUERY']);

export function isMethod(text: string): boolean {
  return METHODS.has(text);
}

/** Colour of a method's text: reading, writing and deleting differ. The text says the same. */
export function methodColor(method: string, theme: GrafanaTheme2): string {
  switch (method) {
    case 'GET':
    case 'HEAD':
    case 'OPTIONS':
      return theme.colors.info.text;
    case 'DELETE':
      return theme.colors.error.text;
    case 'POST':
      return theme.colors.success.text;
    default:
      return theme.colors.warning.text;
  }
}
