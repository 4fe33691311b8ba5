import { complete, type SqlKnowledge } from './complete';

const knowledge: SqlKnowledge = {
  schema: {
    tables: [
      {
        name: 'requests',
        description: 'One row per request.',
        columns: [
          { name: 'time', type: 'TIMESTAMP WITH TIME ZONE', description: 'Start of the request.' },
          { name: 'service', type: 'VARCHAR', description: 'Service.' },
          { name: 'status', type: 'INTEGER', description: 'HTTP status.' },
        ],
      },
      { name: 'old logs', description: 'Of last year.', columns: [{ name: 'line', type: 'VARCHAR', description: '' }] },
    ],
    functions: [{ name: 'quantile_cont', description: 'Percentile, interpolated.' }],
    macros: [
      { name: 'timeFilter', description: 'In the range.', example: '$__timeFilter(time)' },
      { name: 'interval', description: 'Width of a bucket.', example: '$__interval' },
    ],
  },
  attributes: ['plan', "it's"],
  variables: ['$service'],
};

/** Suggestions where the bar stands in the text. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  return complete(marked.replace('|', ''), offset, knowledge);
}
const labels = (marked: string) => at(marked).map(({ label }) => label);
/** The text after the suggestion of that label was taken. */
function taken(marked: string, label: string): string {
  const text = marked.replace('|', '');
  const { insert, from, to } = at(marked).find((suggestion) => suggestion.label === label)!;
  return text.slice(0, from) + insert + text.slice(to);
}

describe('after FROM and JOIN', () => {
  it('suggests tables with what they are', () => {
    expect(at('SELECT * FROM |')).toEqual([
      expect.objectContaining({ label: 'requests', kind: 'table', description: 'One row per request.' }),
      expect.objectContaining({ label: 'old logs', kind: 'table', insert: '"old logs"' }),
    ]);
  });

  it('suggests what WITH has named, the latest first', () => {
    expect(labels('WITH a AS (SELECT 1), b AS (SELECT 2) SELECT * FROM a JOIN |')).toEqual([
      'b',
      'a',
      'requests',
      'old logs',
    ]);
  });

  it('replaces the name that is being typed', () => {
    expect(taken('SELECT * FROM req| WHERE status > 1', 'requests')).toBe('SELECT * FROM requests WHERE status > 1');
  });
});

describe('where a value may stand', () => {
  it('suggests columns with their types, functions, macros and keywords', () => {
    const found = at('SELECT | FROM requests');
    expect(found).toContainEqual(expect.objectContaining({ label: 'status', kind: 'column', detail: 'INTEGER' }));
    expect(found).toContainEqual(
      expect.objectContaining({ label: 'quantile_cont', insert: 'quantile_cont()', cursor: 14 })
    );
    expect(found).toContainEqual(expect.objectContaining({ label: '$__timeFilter', kind: 'macro' }));
    expect(found).toContainEqual(expect.objectContaining({ label: 'CASE', kind: 'keyword' }));
    expect(labels('SELECT | FROM requests')).not.toContain('line');
  });

  it('takes the main table for meant before FROM is written', () => {
    expect(labels('SELECT |')).toContain('service');
  });

  it('knows the columns of the table that is read from', () => {
    expect(labels('SELECT | FROM "old logs"')).toContain('line');
    expect(labels('SELECT | FROM "old logs"')).not.toContain('status');
  });

  it('knows the columns that WITH gives, by their names', () => {
    const found = labels(
      'WITH a AS (SELECT *, count(*) AS n, status // 100 AS "the class" FROM requests) SELECT | FROM a'
    );
    expect(found).toEqual(expect.arrayContaining(['time', 'status', 'n', 'the class']));
  });

  it('looks at the SELECT it stands in, not at those around and beside it', () => {
    expect(labels('SELECT * FROM requests WHERE service IN (SELECT | FROM "old logs")')).not.toContain('status');
    expect(labels('SELECT line FROM "old logs" UNION SELECT | FROM requests')).toContain('status');
    expect(labels('SELECT line FROM "old logs" UNION SELECT | FROM requests')).not.toContain('line');
  });

  it('says where a column is from when two tables have it', () => {
    const found = labels('WITH b AS (SELECT service FROM requests) SELECT | FROM requests r JOIN b USING (service)');
    expect(found).toEqual(expect.arrayContaining(['r.service', 'b.service', 'status', 'r', 'b']));
  });

  it('suggests nothing for a name that is being given', () => {
    expect(at('SELECT count(*) AS |')).toEqual([]);
  });
});

describe('after a dot', () => {
  it.each([
    ['SELECT r.| FROM requests AS r', ['time', 'service', 'status']],
    ['SELECT r.st| FROM requests r', ['time', 'service', 'status']],
    ['SELECT R.| FROM requests r', ['time', 'service', 'status']],
    ['SELECT nobody.| FROM requests', []],
    ['WITH a AS (SELECT status AS s FROM requests) SELECT a.| FROM a', ['s']],
  ])('%s', (marked, expected) => {
    expect(labels(marked)).toEqual(expected);
  });
});

describe('after a dollar sign', () => {
  it('suggests macros and variables of the dashboard', () => {
    expect(labels('SELECT * FROM requests WHERE $|')).toEqual(['$__timeFilter', '$__interval', '$service']);
  });

  it('replaces what is typed of it', () => {
    expect(taken('WHERE $__ti|', '$__timeFilter')).toBe('WHERE $__timeFilter(time)');
    expect(taken('x + $__int|', '$__interval')).toBe('x + $__interval');
  });
});

describe('in strings and comments', () => {
  it('suggests names of attributes', () => {
    expect(labels('SELECT attributes[|')).toEqual(["'plan'", "'it''s'"]);
    expect(taken("SELECT attributes['pl|", "'plan'")).toBe("SELECT attributes['plan'");
    expect(taken("SELECT attributes['|'] FROM requests", "'plan'")).toBe("SELECT attributes['plan'] FROM requests");
  });

  it('suggests widths of buckets', () => {
    expect(labels("SELECT $__timeGroup(time, '|')")).toContain("'5m'");
  });

  it.each(["SELECT 'a|b'", 'SELECT 1 -- here |', 'SELECT /* here | */ 1', "SELECT 'not closed |"])(
    'is silent in %s',
    (marked) => {
      expect(at(marked)).toEqual([]);
    }
  );
});
