import { isIdentifier, shapeOf } from './shapes';

const kind = (segment: string): string => shapeOf(segment, true).kind;

describe('the shape of a segment', () => {
  it.each([
    ['f47ac10b-58cc-4372-a567-0e02b2c3d479', 'uuid'],
    ['42', 'integer'],
    ['-7', 'integer'],
    ['+4915112345678', 'integer'],
    ['%2B4915112345678', 'integer'],
    ['3.14', 'number'],
    ['2026-11-23', 'date'],
    ['2026-11', 'date'],
    ['2025-03-15T22:02:03+00:00', 'date'],
    ['2025-03-15T22%3A02%3A03Z', 'date'],
    ['192.0.2.17', 'ip'],
    ['2001:db8::ff00:42:8329', 'ip'],
    ['ada@example.org', 'email'],
    ['ada%40example.org', 'email'],
    ['pt-BR', 'locale'],
    ['zh_Hans', 'locale'],
    ['alpha,beta', 'list'],
    ['New%20York%20City', 'text'],
    ['acme%2Fwebsite', 'text'],
    ['!opaque:example.org', 'id'],
    ['@ada:example.org', 'id'],
    ['$h4Xw9aQ_', 'id'],
    ['v5.3.12', 'id'],
    ['cus_9s6XKzkNRiz8i3', 'id'],
    ['prod_dpManAztBSFuFt', 'id'],
    ['AC82a72867dbf33a51ef94797fd4cf9a12', 'id'],
    ['5f1d7a84db00d2fce00b31c1a7c6cbe5', 'id'],
    ['2fMazTfm_EgAyn-7gkN9--BW', 'id'],
    ['A5iWl_gxT-TlFUmyYN7_ri', 'id'],
    ['4uLU6hMCjMI75M1A2tKUQC', 'id'],
    ['PSSFQPV', 'id'],
    ['Q3B2UOB447LP27', 'id'],
  ])('%s is an identifier: %s', (segment, expected) => {
    expect(kind(segment)).toBe(expected);
  });

  it.each([
    'best-restaurants-2025-guide',
    'deadbeef',
    'facade',
    'deactivate_user',
    'verify_phone',
    'reset-password',
    'SB-91A2',
    'OPS-50',
    'v1',
    'V4',
    'v1alpha1',
    'v2.1',
    'oauth2',
    'sha256',
    'utf8',
    'xmlrpc',
    'ipv4addr',
    'projectsV2',
    'Product_Sales_for_1997',
    'ConversationWithParticipants',
    'getUserByEmailAddress',
    'networking.k8s.io',
    'Microsoft.Web',
    'droplets_http_response_time_50p',
    '_search',
    '$metadata',
    'MY_CUSTOM_EVENT',
    'chat.postMessage',
    'team-member-wages',
  ])('%s is a word', (segment) => {
    expect(kind(segment)).toBe('word');
  });

  it('does not let an escaped slash make a second segment', () => {
    expect(shapeOf('acme%2Fwebsite', false)).toMatchObject({ form: '{}', stem: 'acme/website' });
  });

  it.each([
    ['7.json', '{}.json'],
    ['2024-12-01.XML', '{}.xml'],
    ['f47ac10b-58cc-4372-a567-0e02b2c3d479:cancel', '{}:cancel'],
  ])('keeps what surrounds the identifier in %s', (segment, form) => {
    const shape = shapeOf(segment, true);
    expect([shape.form, isIdentifier(shape)]).toEqual([form, true]);
  });

  it.each([
    ['Regions(56)', 'Regions({key})'],
    ["Customers('ALFKI')", 'Customers({key})'],
    ["Order_Details(OrderID=1,ProductName='a, b=c')", 'Order_Details(OrderID={OrderID},ProductName={ProductName})'],
    ['key=5', 'key={key}'],
    ['lat=1.5;lon=2', 'lat={lat};lon={lon}'],
    ['Me()', 'Me()'],
  ])('gives %s named slots', (segment, form) => {
    expect(shapeOf(segment, true)).toMatchObject({ kind: 'fixed', form });
  });

  it.each(['%00', '..%2f..%2fetc', '%2e%2e', 'a%0d%0ab', '<script>'])('%s names nothing', (segment) => {
    expect(kind(segment)).toBe('bad');
  });

  it('reads a malformed escape as text', () => {
    expect(kind('100%')).toBe('word');
    expect(kind('%zz%41%42%43')).toBe('word');
  });
});
