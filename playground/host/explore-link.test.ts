import { readExploreLink } from './explore-link';

const link = (panes: unknown) => `?schemaVersion=1&panes=${encodeURIComponent(JSON.stringify(panes))}`;
const query = { refId: 'A', queryType: 'requests', filters: [{ key: 'status', operator: '>=', value: '500' }] };

describe('a link to Explore', () => {
  it('is read back as the query and range it was made of', () => {
    const search = link({ requests: { queries: [query], range: { from: '10', to: '20' } } });
    expect(readExploreLink('/explore', search)).toEqual({ query, from: 10, to: 20 });
  });

  it.each([
    ['another page', '/d/abc', link({ a: { queries: [query], range: { from: '1', to: '2' } } })],
    ['no panes', '/explore', ''],
    ['broken panes', '/explore', '?panes=%7B'],
    ['no query', '/explore', link({ a: { queries: [], range: { from: '1', to: '2' } } })],
    ['a relative range', '/explore', link({ a: { queries: [query], range: { from: 'now-1h', to: 'now' } } })],
  ])('is none for %s', (_, pathname, search) => {
    expect(readExploreLink(pathname, search)).toBeUndefined();
  });
});
