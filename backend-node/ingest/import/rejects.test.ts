import { shownText } from './rejects';

describe('what a reject shows', () => {
  it.each([
    '[10/Oct/2023:13:55:36 +0000] "GET /"',
    '10/Oct/2023:13:55:36',
    '2023:13:55:36',
    'std::vector 12:30:45 aa:bb:cc:dd:ee:ff',
  ])('keeps times and other text with colons: %s', (text) => {
    expect(shownText(text)).toBe(text);
  });

  it.each([
    ['2001:db8::1 - -', '…:… - -'],
    ['2001:db8:0:0:0:0:0:1 - -', '…:… - -'],
    ['[2001:db8::1]:443 x', '[…:…]:443 x'],
    ['client:2001:db8::1, 2001:db8::2: refused', 'client:…:…, …:…: refused'],
    ['fe80::1%eth0', '…:…%eth0'],
    ['::ffff:192.0.2.7 x', '…:… x'],
    ['192.0.2.7:8080', '192.0.2.0:8080'],
    ['at ::1.', 'at …:….'],
  ])('cuts the addresses in %s', (text, shown) => {
    expect(shownText(text)).toBe(shown);
  });

  it('is at most 200 characters, also of nothing but colons', () => {
    expect(shownText('1:'.repeat(5_000)).length).toBeLessThanOrEqual(200);
  });
});
