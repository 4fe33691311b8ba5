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
  ])('takes the time %j', (time, ms) => {
    expect(parseAnnotations({ title: 'x', time })[0]!.time).toBe(ms);
  });

  it.each([
    [1_795_000_000, 'not seconds'],
    [1_795_000_000_000_000, 'not seconds'],
    ['2026-11-23T09:00:00', 'with its zone'],
    ['yesterday', 'with its zone'],
    ['2026-13-45', 'with its zone'],
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
