import { Resources } from './resources';

function clientOf(answer: () => Promise<unknown>) {
  const paths: string[] = [];
  const ask = <T>(path: string) => {
    paths.push(path);
    return answer() as Promise<T>;
  };
  return { paths, resources: new Resources({ getResource: ask, postResource: ask }) };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

it('asks once for the same within a minute, and again after it', async () => {
  const { paths, resources } = clientOf(async () => []);
  await resources.keys('requests');
  await resources.keys('requests');
  await resources.keys('gateway');
  expect(paths).toEqual(['keys', 'keys']);
  jest.advanceTimersByTime(61_000);
  await resources.keys('requests');
  expect(paths).toHaveLength(3);
});

it('asks again after a failure', async () => {
  let fails = true;
  const { paths, resources } = clientOf(async () => {
    if (fails) {
      throw new Error('The companion does not answer.');
    }
    return [{ name: 'requests' }];
  });
  await expect(resources.datasets()).rejects.toThrow('does not answer');
  fails = false;
  await expect(resources.datasets()).resolves.toEqual([{ name: 'requests' }]);
  expect(paths).toHaveLength(2);
});
