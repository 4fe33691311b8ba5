import type { Profile } from './profile';
import { ProfileTable } from './profile-table';

const profile = (health: number) => ({ customer: 'a', health }) as Profile;

/** A table whose builds end when told, at a time that is told. */
function hosted() {
  const builds: Array<{ end: (profiles: Map<string, Profile>) => void; fail: (error: Error) => void }> = [];
  const faults: unknown[] = [];
  let now = 0;
  const table = new ProfileTable({
    build: () => new Promise((end, fail) => builds.push({ end, fail })),
    refreshMs: 60_000,
    onFault: (error) => faults.push(error),
    now: () => now,
  });
  return { table, builds, faults, pass: (ms: number) => (now += ms) };
}

describe('profiles in memory', () => {
  it('are made when the first is asked for, and nobody waits for them', async () => {
    const { table, builds } = hosted();
    expect(builds).toHaveLength(0);
    expect(table.find(['a'])).toBeUndefined();
    expect(table.find(['a'])).toBeUndefined();
    expect(builds).toHaveLength(1);
    builds[0]!.end(new Map([['a', profile(80)]]));
    await table.settled();
    expect(table.find(['unknown', 'a'])).toMatchObject({ health: 80 });
    expect(table.find(['nobody'])).toBeNull();
  });

  it('are answered as they are while newer ones are made', async () => {
    const { table, builds, pass } = hosted();
    table.find(['a']);
    builds[0]!.end(new Map([['a', profile(80)]]));
    await table.settled();
    pass(59_000);
    table.find(['a']);
    expect(builds).toHaveLength(1);
    pass(1_000);
    expect(table.find(['a'])).toMatchObject({ health: 80 });
    expect(builds).toHaveLength(2);
    builds[1]!.end(new Map([['a', profile(20)]]));
    await table.settled();
    expect(table.find(['a'])).toMatchObject({ health: 20 });
  });

  it('stay when newer ones cannot be made, which is tried again after a pause', async () => {
    const { table, builds, faults, pass } = hosted();
    table.find(['a']);
    builds[0]!.end(new Map([['a', profile(80)]]));
    await table.settled();
    pass(60_000);
    table.find(['a']);
    builds[1]!.fail(new Error('no room'));
    await table.settled();
    expect(faults).toEqual([new Error('no room')]);
    expect(table.find(['a'])).toMatchObject({ health: 80 });
    expect(builds).toHaveLength(2);
    pass(5_000);
    table.find(['a']);
    expect(builds).toHaveLength(3);
  });

  it('are made no more once it is stopped', () => {
    const { table, builds } = hosted();
    table.stop();
    expect(table.find(['a'])).toBeUndefined();
    expect(builds).toHaveLength(0);
  });
});
