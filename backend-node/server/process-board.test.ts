import { ProcessBoard } from './process-board';
import type { ProcessReport } from './process-report';

let now = 0;
const board = (enabled = true) => {
  now = 0;
  return new ProcessBoard('query', { maintenance: { enabled } as never }, () => now);
};
const well: ProcessReport = { metrics: [], problems: [], ready: true };
const codes = (of: ProcessBoard) => of.problems().map(({ code }) => code);

test('says nothing of processes that begin, and that they do not run when they do not', () => {
  const one = board();
  expect(codes(one)).toEqual([]);
  now = 11_000;
  expect(codes(one)).toEqual(['APITRAIL_PROCESS_DOWN', 'APITRAIL_PROCESS_DOWN']);
});

test('maintenance that is off is not missed', () => {
  const one = board(false);
  one.put({ role: 'ingest', state: 'up', restarts: 0, report: well });
  now = 5_000;
  expect(codes(one)).toEqual([]);
  expect(one.views().map(({ role }) => role)).toEqual(['ingest']);
});

test('one that ended is a problem at once, until it is back', () => {
  const one = board(false);
  one.put({ role: 'ingest', state: 'up', restarts: 0, report: well });
  one.put({ role: 'ingest', state: 'starting', restarts: 1 });
  expect(one.problems()).toEqual([
    { code: 'APITRAIL_PROCESS_DOWN', message: expect.stringContaining('nothing is taken in') },
  ]);
  expect(one.isReady('ingest')).toBe(false);
  one.put({ role: 'ingest', state: 'up', restarts: 1, report: well });
  expect(codes(one)).toEqual([]);
  expect(one.isReady('ingest')).toBe(true);
});

test('one that hangs is told from one that is well, by the age of what it said', () => {
  const one = board(false);
  one.put({ role: 'ingest', state: 'up', restarts: 0, report: well });
  now = 9_000;
  expect(codes(one)).toEqual([]);
  now = 15_000;
  expect(codes(one)).toEqual(['APITRAIL_PROCESS_SILENT']);
  expect(one.views()[0]!.ageSeconds).toBe(15);
  expect(one.isReady('ingest')).toBe(false);
});

test('one is interrupted from its end until the next one is ready, and when it says nothing any more', () => {
  const one = board(false);
  expect(one.isInterrupted('ingest')).toBe(false);
  one.put({ role: 'ingest', state: 'up', restarts: 0 });
  now = 60_000;
  expect(one.isInterrupted('ingest')).toBe(false);
  one.put({ role: 'ingest', state: 'down', restarts: 0 });
  expect(one.isInterrupted('ingest')).toBe(true);
  one.put({ role: 'ingest', state: 'starting', restarts: 1 });
  expect(one.isInterrupted('ingest')).toBe(true);
  one.put({ role: 'ingest', state: 'up', restarts: 1, report: well });
  expect(one.isInterrupted('ingest')).toBe(false);
  now += 15_000;
  expect(one.isInterrupted('ingest')).toBe(true);
});

test('problems of the others are told as they are', () => {
  const one = board(false);
  const problem = { code: 'APITRAIL_DISK_FULL', message: 'Make room.' };
  one.put({ role: 'ingest', state: 'up', restarts: 0, report: { ...well, problems: [problem] } });
  expect(one.problems()).toEqual([problem]);
});
