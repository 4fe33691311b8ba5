import { textUtil } from '@grafana/data';

const URL = /https?:\/\/[^\s<>"']+/g;
const TRAILING = /(?:[.,:;!?)\]]|&(?:gt|quot|#39|#039|#x27);)+$/;

/**
 * Text as the HTML in which Grafana shows what annotations say: nothing in it is markup, addresses of the web can be
 * followed, lines stay lines.
 */
export function textHtml(text: string): string {
  return textUtil
    .escapeHtml(text)
    .replace(URL, (found) => {
      const address = found.replace(TRAILING, '');
      return `<a href="${address}" target="_blank" rel="noopener noreferrer">${address}</a>${found.slice(address.length)}`;
    })
    .replace(/\r?\n/g, '<br />');
}
