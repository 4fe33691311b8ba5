import { fuzz, type FuzzOptions, type FuzzResult } from './fuzz';
import { gateSubject, realGate, type Gate } from './gate-subject';

/** Reads whatever it is asked; statements that do more would take this process along. */
const READING = /^\s*(SELECT|FROM|WITH|VALUES)\b/i;
const DANGEROUS = /log|profil|peg|checkpoint|sleep|DELETE|positional|repeat|range|series|pad|levenshtein/i;
const openGate: Gate = async (sql) => (READING.test(sql) && !DANGEROUS.test(sql) ? sql : 'SELECT 1');

async function fuzzWith(gate: Gate, options: FuzzOptions): Promise<FuzzResult> {
  const subject = await gateSubject(gate);
  try {
    return await fuzz(subject, options);
  } finally {
    await subject.close();
  }
}

it('the canary stays where it is, and the engine as it was', async () => {
  const { failure, asked, ran } = await fuzzWith(realGate, { seed: 20261123, runs: 600 });
  expect(failure).toBeUndefined();
  expect(asked).toBe(600);
  // A grammar whose every sentence is refused would prove nothing.
  expect(ran).toBeGreaterThan(60);
}, 300_000);

it('without the gate it is seen', async () => {
  const { failure } = await fuzzWith(openGate, { seed: 20261123, runs: 1000 });
  expect(failure?.reason).toContain('the canary was seen');
}, 300_000);

it('without the gate changes are seen', async () => {
  const { failure } = await fuzzWith(async () => 'CREATE VIEW x AS SELECT 1', { seed: 1, runs: 1 });
  expect(failure?.reason).toContain('was changed');
}, 300_000);
