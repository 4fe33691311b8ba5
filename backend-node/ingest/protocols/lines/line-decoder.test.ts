import { decodeBytes } from '../../import/lines';
import { testDecoder } from '../testing/decoder-properties';
import { lineDecoder } from './line-decoder';

const time = '2026-11-02T10:00:00Z';
const fine = JSON.stringify({
  time,
  method: 'GET',
  path: '/orders/7?a=é',
  status: 200,
  duration_ms: 12.5,
  more: { a: [1] },
});
const combined = '203.0.113.9 - ann [02/Nov/2026:10:00:00 +0000] "GET /orders/7 HTTP/1.1" 200 512 "-" "curl/8"';

/** Lines that are not blank, as import counts them. */
function lineCount(body: Buffer): number {
  const bom = body.subarray(0, 3).toString('hex') === 'efbbbf' ? 3 : 0;
  let count = 0;
  for (let from = bom; from < body.length;) {
    const end = body.indexOf(10, from);
    const to = end < 0 ? body.length : end;
    // A byte that is no UTF-8 is no space, whatever it is in another encoding.
    const text = decodeBytes(body.subarray(from, to)).replace(/\r+$/, '').replace(/^\0+/, '');
    count += text.trim() === '' ? 0 : 1;
    from = to + 1;
  }
  return count;
}

describe('JSON lines', () => {
  testDecoder({
    decoder: lineDecoder,
    params: { format: 'json', service: 'shop' },
    bodies: [Buffer.from(`${fine}\n${fine}\r\n\n${fine}`), Buffer.from(`${fine}\nno json\n`)],
    items: lineCount,
  });
});

describe('combined', () => {
  testDecoder({
    decoder: lineDecoder,
    params: { format: 'combined', timeIsEnd: 'true' },
    bodies: [Buffer.from(`${combined}\n${combined}\n`)],
    items: lineCount,
  });
});

describe('CSV', () => {
  testDecoder({
    decoder: lineDecoder,
    params: { format: 'csv' },
    bodies: [Buffer.from(`time,method,path,status\n${time},GET,"/a\nb",200\n${time},GET,/x,500\n`)],
  });
});

describe('a format that is looked for', () => {
  testDecoder({
    decoder: lineDecoder,
    params: { format: 'auto' },
    bodies: [
      Buffer.from(`${combined}\n`),
      Buffer.from(`${fine}\n`),
      Buffer.from(`time\tmethod\tpath\n${time}\tGET\t/a\n`),
    ],
  });
});

test('what is rejected of a format that was looked for is known to be of it', () => {
  const body = Buffer.from(`${combined}\nhello\n`);
  const { rejects } = lineDecoder.decode(body, {
    params: { format: 'auto', service: 'shop' },
    receivedAt: Date.now() * 1000,
  });
  expect(rejects).toMatchObject([{ index: 1, params: { format: 'combined', service: 'shop' } }]);
  const named = lineDecoder.decode(body, { params: { format: 'combined' }, receivedAt: Date.now() * 1000 });
  expect(named.rejects[0]).not.toHaveProperty('params');
});

test('what is rejected of a line with more than one carriage return before its end is the same when read again', () => {
  const context = { params: { format: 'combined' }, receivedAt: Date.parse(time) * 1000 };
  const [reject] = lineDecoder.decode(Buffer.from('hello\r\r\n'), context).rejects;
  expect(reject).toMatchObject({ index: 0, text: 'hello' });
  expect(lineDecoder.decode(Buffer.from(reject!.text), context).rejects).toEqual([reject]);
});
