import { GatedEngine } from '../../testing/gated-engine';
import { ALLOWED_FUNCTIONS, ALLOWED_FUNCTION_GROUPS, ALLOWED_TABLE_FUNCTIONS } from './allowed';
import { REFUSED_FUNCTIONS, refusalOf } from './refused';

interface Known {
  name: string;
  kind: string;
}

/** Functions that have a form for FROM beside one for values; the former is not on the list of table functions, so refused. */
const ALSO_IN_FROM = ['histogram', 'repeat'];

let engine: GatedEngine;
let known: Known[];
beforeAll(async () => {
  engine = await GatedEngine.open();
  const rows = await engine.run(`SELECT DISTINCT lower(function_name), function_type FROM duckdb_functions()`);
  known = rows.map(([name, kind]) => ({ name: String(name), kind: String(kind) }));
});
afterAll(() => engine.close());

const namesOf = (...kinds: string[]) => [
  ...new Set(known.filter(({ kind }) => kinds.includes(kind)).map(({ name }) => name)),
];

/** What a new DuckDB brings must be put on the one list or the other by somebody who has read what it does. */
describe('every function DuckDB has is decided on', () => {
  it('where a value may stand', () => {
    const names = namesOf('scalar', 'aggregate', 'macro');
    expect(names.length).toBeGreaterThan(700);
    expect(names.filter((name) => !ALLOWED_FUNCTIONS.has(name) && !refusalOf(name))).toEqual([]);
  });

  it('in FROM', () => {
    const names = namesOf('table', 'table_macro').filter((name) => !ALSO_IN_FROM.includes(name));
    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => !ALLOWED_TABLE_FUNCTIONS.has(name) && !refusalOf(name))).toEqual([]);
  });

  it('and on one only', () => {
    expect([...ALLOWED_FUNCTIONS, ...ALLOWED_TABLE_FUNCTIONS].filter((name) => refusalOf(name))).toEqual([]);
  });
});

it('every function that is allowed is one DuckDB has', () => {
  const names = new Set(namesOf('scalar', 'aggregate', 'macro', 'table'));
  // The parser makes these two of words.
  const parsed = ['coalesce', 'unnest'];
  expect([...ALLOWED_FUNCTIONS].filter((name) => !names.has(name) && !parsed.includes(name))).toEqual([]);
});

it('a function is in one group of those that are allowed', () => {
  const all = Object.values(ALLOWED_FUNCTION_GROUPS).flat();
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
});

it('the name of a refused function is in one group', () => {
  const all = REFUSED_FUNCTIONS.flatMap(({ names }) => names);
  expect(all.filter((name, index) => all.indexOf(name) !== index)).toEqual([]);
});

it('aggregates are of the group they are in', () => {
  const aggregates = new Set([...namesOf('aggregate'), ...namesOf('macro')]);
  expect(ALLOWED_FUNCTION_GROUPS.aggregates.filter((name) => !aggregates.has(name))).toEqual([]);
});

/** DuckDB says of a function whether it answers the same to the same; what does not must be known to be harmless. */
it('functions that are allowed answer the same to the same, or are the time or chance', async () => {
  const rows = await engine.run(
    `SELECT DISTINCT lower(function_name) FROM duckdb_functions()
     WHERE function_type IN ('scalar', 'aggregate') AND (stability <> 'CONSISTENT' OR has_side_effects)`
  );
  const changing = rows.map(([name]) => String(name)).filter((name) => ALLOWED_FUNCTIONS.has(name));
  expect(changing.sort()).toEqual([
    ...['current_date', 'get_current_time', 'get_current_timestamp', 'now', 'random', 'today', 'transaction_timestamp'],
  ]);
});
