import { Bench, type Row } from '../testing/dataset';
import { MOST_VERSIONS } from './seen-deploys';
import { type Stretch, versionChanges } from './version-changes';

const VERSIONS = 30_000;
const start = Date.parse('2026-11-02T00:00:00Z');
const range = { from: start, to: start + 86_400_000 };

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

/** A build number in every request, one every two seconds, among requests of the versions that `pick` names. */
function crowded(pick: (index: number) => string): Row[] {
  return Array.from({ length: VERSIONS }, (_, index) => {
    const row = { service: 'shop', time: start + index * 2000 };
    return [
      { ...row, service_version: `build-${index}` },
      { ...row, service_version: pick(index) },
    ];
  }).flat();
}

async function deploys(name: string, rows: Row[], version: string) {
  const filters = [{ key: 'service_version', operator: '=', value: version }];
  const query = { queryType: 'annotations', kind: ['deploy'], filters };
  const [frame] = await bench.answer(await bench.dataset(name, rows), range, query);
  return frame!;
}

describe('a service with very many versions', () => {
  it('has the deploys of the versions that answered most, and says that there are more', async () => {
    const half = VERSIONS / 2;
    const rows = crowded((index) => (index < half ? '1.0' : '1.1'));
    const { rows: found, meta } = await deploys('crowded', rows, '1.1');
    expect(found).toMatchObject([{ time: start + half * 2000, title: 'shop 1.1' }]);
    expect(meta.notices).toContainEqual({
      severity: 'warning',
      text: 'shop has 30,002 values of service_version: deploys are seen of the 1,000 that answered most. It should name a release, not a build, a commit or a pod.',
    });
  });

  it('says nothing of it while there are fewer', async () => {
    const rows = crowded((index) => `release-${index % 10}`).slice(0, 2 * (MOST_VERSIONS - 10));
    const { meta } = await deploys('few', rows, 'release-1');
    expect(meta.notices ?? []).toEqual([]);
  });
});

describe('changes of very many versions', () => {
  const one = (version: string, index: number): Stretch => {
    const time = start + index * 2000;
    return { version, requests: 1, first: time, last: time };
  };

  it('are each the change from the one before', async () => {
    const changes = await versionChanges(Array.from({ length: VERSIONS }, (_, index) => one(`v${index}`, index)));
    // What is seen in the first ten minutes was there before.
    expect(changes.map(({ version }) => version)).toEqual(
      Array.from({ length: VERSIONS - 300 }, (_, index) => `v${index + 300}`)
    );
  });

  it('let others have their turn while they are looked for', async () => {
    let turns = 0;
    let pending = setImmediate(function count() {
      turns++;
      pending = setImmediate(count);
    });
    try {
      await versionChanges(Array.from({ length: 300_000 }, (_, index) => one(`v${index % MOST_VERSIONS}`, index)));
    } finally {
      clearImmediate(pending);
    }
    expect(turns).toBeGreaterThanOrEqual(10);
  });
});
