import { ApitrailError } from '@apitrail/contract';

import { stoppedBySystem, unwritable } from './unwritable';

const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const engine = new ApitrailError('APITRAIL_INTERNAL', 'The engine failed: IO error: No space left on device');

it.each([
  ['the system', full],
  ['the engine', engine],
])('is what %s says of a full disk', (_, error) => {
  expect(unwritable(error, 'lake')).toMatchObject({ code: 'APITRAIL_LAKE_UNWRITABLE', cause: error });
  expect(stoppedBySystem(error, 'lake')).toMatchObject({ code: 'APITRAIL_LAKE_UNWRITABLE', cause: error });
});

it('is not what was told by its own code, whatever the system said', () => {
  const document = new ApitrailError('APITRAIL_BAD_OPENAPI', 'a.yaml cannot be read: EACCES: permission denied, open.');
  expect(unwritable(document, 'lake')).toBe(document);
  expect(stoppedBySystem(document, 'lake')).toBe(document);
});

it('is nothing else', () => {
  const error = new TypeError('x is not a function');
  expect(unwritable(error, 'lake')).toBe(error);
  expect(stoppedBySystem(error, 'lake')).toBe(error);
});
