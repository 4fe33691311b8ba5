import { RequestRecord } from '../../normalise';
import { storableText } from '../../normalise/values';

/** Tags that have a column. */
const COLUMNS: Record<string, 'service' | 'environment' | 'service_version' | 'instance' | 'region'> = {
  service: 'service',
  env: 'environment',
  version: 'service_version',
  host: 'instance',
  region: 'region',
};

/** Tags as they stand in `ddtags`: `env:prod,team:blue`, those without a value as themselves. */
export function recordOfTags(tags: string): RequestRecord {
  const record = new RequestRecord();
  const bare: string[] = [];
  for (const tag of storableText(tags).split(',')) {
    const text = tag.trim();
    const colon = text.indexOf(':');
    if (colon <= 0) {
      bare.push(...(text === '' ? [] : [text]));
      continue;
    }
    const [name, value] = [text.slice(0, colon), text.slice(colon + 1)];
    const column = Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : undefined;
    if (column && value !== '') {
      record[column] ??= value;
    } else {
      record.setAttribute(name, value);
    }
  }
  record.setAttribute('ddtags', bare.join(','));
  return record;
}
