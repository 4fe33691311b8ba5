import { parseAnnotations } from './annotations';
import { ApitrailError } from './errors';

function refused(input: unknown): ApitrailError {
  try {
    parseAnnotations(input);
  } catch (error) {
    if (error instanceof ApitrailError) {
      return error;
    }
    throw error;
  }
  throw new Error('it was taken');
}

describe('an annotation that is posted', () => {
  it('has its defaults filled in, and a title of one line', () => {
    expect(parseAnnotations({ title: ' Sale \n begins ' })).toEqual([
      { kind: 'event', title: 'Sale begins', text: '', tags: [] },
    ]);
  });

  it('is about what it names; blank and null name nothing', () => {
    const [annotation] = parseAnnotations({ title: 'x', service: ' ', environment: null, service_version: '2.15.0' });
    expect(annotation).toEqual({ kind: 'event', title: 'x', text: '', tags: [], service_version: '2.15.0' });
  });

  it.each([
    [1_795_000_000_000, 1_795_000_000_000],
    ['2026-11-23T09:00:00Z', Date.UTC(2026, 10, 23, 9)],
    ['2026-11-23T09:00:00.25+01:00', Date.UTC(2026, 10, 23, 8, 0, 0, 250)],
    ['2026-11-23T09:00+0100', Date.UTC(2026, 10, 23, 8)],
    ['2026-11-23', Date.UTC(2026, 10, 23)],
    ['2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
    ['2026-12-31T23:59:59Z', Date.UTC(2026, 11, 31, 23, 59, 59)],
  ])('takes the time %j', (time, ms) => {
    expect(parseAnnotations({ title: 'x', time })[0]!.time).toBe(ms);
  });

  it.each([
    [1_795_000_000, 'not seconds'],
    [1_795_000_000_000_000, 'not seconds'],
    ['2026-11-23T09:00:00', 'with its zone'],
    ['yesterday', 'with its zone'],
    ['2026-13-45', 'with its zone'],
    ['2026-02-30', 'with its zone'],
    ['2026-02-30T00:00:00Z', 'with its zone'],
    ['2027-02-29T00:00:00+01:00', 'with its zone'],
    ['2026-11-31T00:00:00Z', 'with its zone'],
    ['2026-11-00T00:00:00Z', 'with its zone'],
    ['2026-11-23T25:00:00Z', 'with its zone'],
    [NaN, 'must be a time'],
    [true, 'must be a time'],
  ])('refuses the time %j', (time, why) => {
    expect(refused({ title: 'x', time })).toMatchObject({ where: 'time', message: expect.stringContaining(why) });
  });

  it.each([
    [{}, 'title', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x'.repeat(501) }, 'title', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', text: 'x'.repeat(10_001) }, 'text', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', tags: ['a', 'b,c'] }, 'tags[1]', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', tags: 'a' }, 'tags', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', id: 'a/b' }, 'id', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', kind: 'anomaly' }, 'kind', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', service: 7 }, 'service', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', time: 1_795_000_000_000, timeEnd: 1_794_000_000_000 }, 'timeEnd', 'APITRAIL_BAD_VALUE'],
    [{ title: 'x', route: '/a' }, 'route', 'APITRAIL_UNKNOWN_FIELD'],
    [[{ title: 'x' }, { title: '' }], '[1].title', 'APITRAIL_BAD_VALUE'],
    [[{ title: 'x' }, 7], '[1]', 'APITRAIL_BAD_VALUE'],
    [[{ title: 'x', tagz: [] }], '[0].tagz', 'APITRAIL_UNKNOWN_FIELD'],
  ])('names what is wrong with %j', (input, where, code) => {
    expect(refused(input)).toMatchObject({ where, code });
  });

  it.each([
    [{ title: 'a\ud800b' }, 'title'],
    [{ title: 'x', text: '\udc00' }, 'text'],
    [{ title: 'x', tags: ['a', 'b\ud83d'] }, 'tags[1]'],
    [{ title: 'x', service: 'a\ud800' }, 'service'],
    [{ title: 'x', environment: 'a\ud800' }, 'environment'],
    [[{ title: 'x', service_version: 'a\ud800' }], '[0].service_version'],
  ])('refuses half of a surrogate pair in %j', (input, where) => {
    const error = refused(input);
    expect(error).toMatchObject({
      where,
      code: 'APITRAIL_BAD_VALUE',
      message: expect.stringContaining('valid Unicode'),
    });
    // The message itself can be sent as UTF-8 and comes back as it was.
    expect(Buffer.from(error.message).toString()).toBe(error.message);
  });

  it('takes characters outside the basic plane', () => {
    expect(parseAnnotations({ title: 'Sale 🎉', tags: ['𝒙'] })[0]).toMatchObject({ title: 'Sale 🎉', tags: ['𝒙'] });
  });

  it.each([
    [{ title: 'a\0b' }, 'title'],
    [{ title: 'x', text: '\0' }, 'text'],
  ])('refuses U+0000 in %j', (input, where) => {
    expect(refused(input)).toMatchObject({ where, message: expect.stringContaining('U+0000') });
  });

  it.each([null, 7, 'x', undefined])('is no %j', (input) => {
    expect(refused(input)).toMatchObject({ code: 'APITRAIL_BAD_REQUEST' });
  });

  it('says what is missing and what there is', () => {
    expect(refused({}).message).toBe('title is missing: it must be a text.');
    expect(refused({ title: 'x', colour: 'red' }).message).toMatch(
      /^The annotation has no field "colour"\. It has: id, kind,/
    );
    expect(refused([]).message).toBe('The annotation must have at least 1 entry, not 0.');
  });
});
