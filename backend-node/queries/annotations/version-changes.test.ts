import { type Stretch, versionChanges } from './version-changes';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const start = Date.UTC(2026, 10, 2, 8);

/** Requests one by one, every so many milliseconds, of the version that `pick` names. */
function stream(pieces: Array<{ minutes: number; every?: number; pick: (index: number) => string | undefined }>) {
  const stretches: Stretch[] = [];
  let time = start;
  for (const { minutes, every = 6000, pick } of pieces) {
    const end = time + minutes * MINUTE;
    for (let index = 0; time < end; index++, time += every) {
      const version = pick(index);
      const last = stretches.at(-1);
      if (version === undefined) {
        continue;
      }
      if (last?.version === version) {
        Object.assign(last, { requests: last.requests + 1, last: time });
      } else {
        stretches.push({ version, requests: 1, first: time, last: time });
      }
    }
  }
  return stretches;
}

const only = (version: string) => () => version;
const at = (minutes: number) => start + minutes * MINUTE;
const changesOf = (...pieces: Parameters<typeof stream>[0]) => versionChanges(stream(pieces));

/** A random number that is the same in every run. */
function random(seed: number) {
  let state = seed;
  return () => ((state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) >>> 8) / 2 ** 24;
}
const share = (of: number, version: string, rest: string, seed = 1) => {
  const next = random(seed);
  return () => (next() < of ? version : rest);
};

describe('changes of the version of a service', () => {
  it('are none while one version answers', async () => {
    expect(await changesOf({ minutes: 600, pick: only('1') })).toEqual([]);
  });

  it('begin at the first request of a version that was not seen before', async () => {
    expect(await changesOf({ minutes: 60, pick: only('1') }, { minutes: 60, pick: only('2') })).toEqual([
      { version: '2', previous: '1', time: at(60), returned: false, outcome: 'replaced' },
    ]);
  });

  it('are there at once, with the first request', async () => {
    const stretches = stream([{ minutes: 60, pick: only('1') }]);
    const first = { version: '2', requests: 1, first: at(61), last: at(61) };
    expect(await versionChanges([...stretches, first])).toEqual([
      { version: '2', previous: '1', time: at(61), returned: false, outcome: 'beside' },
    ]);
  });

  it('last while both versions answer: a rolling deploy is one change', async () => {
    const rolling = [0.1, 0.3, 0.5, 0.7, 0.9].map((of, index) => ({
      minutes: 4,
      pick: share(of, '2', '1', index + 1),
    }));
    const stretches = stream([{ minutes: 60, pick: only('1') }, ...rolling, { minutes: 60, pick: only('2') }]);
    const first = stretches.find(({ version }) => version === '2')!.first;
    const last = stretches.findLast(({ version }) => version === '1')!.last;
    expect(await versionChanges(stretches)).toEqual([
      { version: '2', previous: '1', time: first, timeEnd: last, returned: false, outcome: 'replaced' },
    ]);
  });

  it('have no end while both versions still answer', async () => {
    const changes = await changesOf({ minutes: 60, pick: only('1') }, { minutes: 60, pick: share(0.5, '2', '1') });
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ version: '2', outcome: 'beside' });
    expect(changes[0]).not.toHaveProperty('timeEnd');
  });

  it.each([0.002, 0.01, 0.1, 0.5])('are one for a canary of %d that becomes the version', async (of) => {
    const stretches = stream([
      { minutes: 60, every: 1000, pick: only('1') },
      { minutes: 12 * 60, every: 1000, pick: share(of, '2', '1', 7) },
      { minutes: 120, every: 1000, pick: only('2') },
    ]);
    const first = stretches.find(({ version }) => version === '2')!.first;
    const last = stretches.findLast(({ version }) => version === '1')!.last;
    expect(await versionChanges(stretches)).toEqual([
      { version: '2', previous: '1', time: first, timeEnd: last, returned: false, outcome: 'replaced' },
    ]);
  });

  it('are one for a canary that is taken back', async () => {
    const stretches = stream([
      { minutes: 60, pick: only('1') },
      { minutes: 60, pick: share(0.05, '2', '1') },
      { minutes: 300, pick: only('1') },
    ]);
    const canary = stretches.filter(({ version }) => version === '2');
    expect(await versionChanges(stretches)).toEqual([
      {
        ...{ version: '2', previous: '1', returned: false, outcome: 'withdrawn' },
        ...{ time: canary[0]!.first, timeEnd: canary.at(-1)!.last },
      },
    ]);
  });

  it('are two for a deploy that is rolled back', async () => {
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 30, pick: only('2') },
      { minutes: 60, pick: only('1') }
    );
    expect(changes).toEqual([
      { version: '2', previous: '1', time: at(60), returned: false, outcome: 'replaced' },
      { version: '1', previous: '2', time: at(90), returned: true, outcome: 'replaced' },
    ]);
  });

  it('are one for a deploy that is taken back within minutes', async () => {
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 3, pick: only('2') },
      { minutes: 120, pick: only('1') }
    );
    expect(changes).toEqual([
      {
        ...{ version: '2', previous: '1', returned: false, outcome: 'withdrawn' },
        ...{ time: at(60), timeEnd: at(63) - 6000 },
      },
    ]);
  });

  it('are not made of single late requests of the version before', async () => {
    const late = (index: number) => (index % 200 === 199 ? '1' : '2');
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 30, pick: only('2') },
      { minutes: 300, pick: late }
    );
    expect(changes).toEqual([{ version: '2', previous: '1', time: at(60), returned: false, outcome: 'replaced' }]);
  });

  it('are none for two versions that answer beside each other for good', async () => {
    expect(await changesOf({ minutes: 3000, pick: share(0.5, '2', '1') })).toEqual([]);
    expect(await changesOf({ minutes: 3000, pick: share(0.9, '2', '1') })).toEqual([]);
  });

  it('are seen across hours without a request', async () => {
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 600, pick: () => undefined },
      { minutes: 60, pick: only('2') }
    );
    expect(changes).toEqual([{ version: '2', previous: '1', time: at(660), returned: false, outcome: 'replaced' }]);
  });

  it('are none after hours without a request of the same version', async () => {
    expect(
      await changesOf(
        { minutes: 60, pick: only('1') },
        { minutes: 600, pick: () => undefined },
        { minutes: 60, pick: only('1') }
      )
    ).toEqual([]);
  });

  it('are not invented where the data begins in the middle of a rolling deploy', async () => {
    expect(await changesOf({ minutes: 8, pick: share(0.3, '2', '1') }, { minutes: 120, pick: only('2') })).toEqual([]);
  });

  it('follow each other when a fix comes before the first has taken over', async () => {
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 4, pick: only('2') },
      { minutes: 90, pick: only('3') }
    );
    expect(changes.map(({ version, time }) => [version, time])).toEqual([
      ['2', at(60)],
      ['3', at(64)],
    ]);
    expect(changes[1]).toMatchObject({ outcome: 'replaced' });
  });

  it('name the version before also where few requests tell of it', async () => {
    const changes = await changesOf(
      { minutes: 60, pick: only('1') },
      { minutes: 60, every: 10 * MINUTE, pick: only('2') },
      { minutes: 60, pick: only('3') }
    );
    expect(changes).toEqual([
      { version: '2', previous: '1', time: at(60), returned: false, outcome: 'replaced' },
      { version: '3', previous: '2', time: at(120), returned: false, outcome: 'replaced' },
    ]);
  });

  it('are one where a version changes with a request an hour', async () => {
    const changes = await changesOf(
      { minutes: 48 * 60, every: HOUR, pick: only('1') },
      { minutes: 72 * 60, every: HOUR, pick: only('2') }
    );
    expect(changes).toEqual([{ version: '2', previous: '1', time: at(48 * 60), returned: false, outcome: 'replaced' }]);
  });
});
