import { RequestsFirst } from './requests-first';

const yes = () => true;

/** Whether a promise has settled after the microtasks that are due. */
async function isDone(promise: Promise<void>): Promise<boolean> {
  let done = false;
  void promise.then(() => (done = true));
  await new Promise((resolve) => setImmediate(resolve));
  return done;
}

test('without requests nobody waits', async () => {
  expect(await isDone(new RequestsFirst().settled())).toBe(true);
});

test('work waits until the last request that is under way has ended', async () => {
  const requests = new RequestsFirst();
  const [one, other] = [requests.begin(yes), requests.begin(yes)];
  const settled = requests.settled();
  one.end();
  expect(await isDone(settled)).toBe(false);
  other.end();
  expect(await isDone(settled)).toBe(true);
});

test('a request that never ends is not waited for forever', async () => {
  const requests = new RequestsFirst();
  requests.begin(yes);
  await requests.settled();
  await new Promise((resolve) => setTimeout(resolve, 260));
  expect(await isDone(requests.settled())).toBe(true);
});

test('work that piles up does not wait', async () => {
  const requests = new RequestsFirst();
  requests.begin(() => false);
  expect(await isDone(requests.settled())).toBe(true);
});
