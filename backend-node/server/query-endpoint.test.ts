import { writeResults } from './query-endpoint';

const frames = (text: string) => ({ status: 200, frames: [{ schema: { fields: [] }, data: { values: [[text]] } }] });

test('results are written in order, whole', () => {
  const results = { A: frames('a'), 'B"': { status: 400, error: 'wrong', errorSource: 'downstream' as const } };
  expect(JSON.parse(writeResults(results, 1000))).toEqual({ results });
});

test('a result that does not fit is refused, those that do are kept', () => {
  const written = JSON.parse(writeResults({ A: frames('a'), B: frames('é'.repeat(500)), C: frames('c') }, 600)) as {
    results: Record<string, { status: number; error?: string }>;
  };
  expect(written.results.A).toEqual(frames('a'));
  expect(written.results.B).toMatchObject({ status: 400, error: expect.stringContaining('APITRAIL_RESULT_TOO_LARGE') });
  expect(written.results.C).toEqual(frames('c'));
});
