import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Journal, type Outcome } from '../reliability/journal';
import { judge, Observer, type Found } from '../reliability/judge';

let folder: string;
let journal: Journal;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'apitrail-history-'));
  journal = new Journal(join(folder, 'journal.ndjson'));
});
afterEach(() => {
  journal.close();
  rmSync(folder, { recursive: true });
});

function sent(request: number, outcome?: Outcome, rows = 3, client = 'c'): void {
  journal.invoke(client, request, rows);
  if (outcome) {
    journal.settle(client, request, outcome);
  }
}
const found = (request: number, rows = 3, different = rows, client = 'c'): Found => ({
  client,
  request,
  rows,
  different,
});
const kinds = (all: readonly Found[]) => judge(journal, all).violations.map(({ kind }) => kind);

describe('at the end', () => {
  it('what was acknowledged is there once, and of what nobody knows all or nothing', () => {
    sent(0, 'ok');
    sent(1, 'unknown');
    sent(2, 'unknown');
    sent(3, 'refused');
    sent(4);
    expect(judge(journal, [found(0), found(1), found(4)])).toEqual({
      violations: [],
      kept: 1,
      unknownThere: 2,
      unknownNotThere: 1,
    });
  });

  it.each<[string, Outcome, Found[]]>([
    ['lost', 'ok', []],
    ['twice', 'ok', [found(0, 6, 3)]],
    ['part', 'ok', [found(0, 2)]],
    ['part', 'unknown', [found(0, 1)]],
    ['twice', 'unknown', [found(0, 4, 3)]],
    ['refused but there', 'refused', [found(0)]],
    ['never sent', 'refused', [found(1)]],
  ])('%s is seen, of %s', (kind, outcome, all) => {
    sent(0, outcome);
    expect(kinds(all)).toEqual([kind]);
  });

  it('a journal is read back as it was', () => {
    sent(0, 'ok');
    sent(1, 'unknown', 7);
    expect(Journal.read(journal.path)).toEqual([
      { client: 'c', request: 0, rows: 3, outcome: 'ok' },
      { client: 'c', request: 1, rows: 7, outcome: 'unknown' },
    ]);
  });
});

describe('at every moment', () => {
  const observe = (...answers: Found[][]) => {
    const observer = new Observer(journal);
    answers.forEach((answer) => observer.observe(answer, performance.now()));
    return observer.violations.map(({ kind }) => kind);
  };

  it('rows come, and stay', () => {
    sent(0, 'ok');
    sent(1, 'unknown');
    sent(2, 'ok');
    expect(observe([], [found(0)], [found(0), found(2)], [found(0), found(2)])).toEqual([]);
  });

  it('what was seen and is gone is seen', () => {
    sent(0, 'ok');
    expect(observe([found(0)], [])).toContain('vanished');
  });

  it('a later request without an earlier one that was acknowledged is a hole', () => {
    sent(0, 'ok');
    sent(1, 'ok');
    expect(observe([found(1)])).toEqual(['hole']);
  });

  it('what was acknowledged before a start is there after it, unless the answer says that it is awaited', () => {
    sent(0, 'ok');
    const downAt = performance.now();
    const seenBy = (...answer: [asked: number, awaited?: boolean]) => {
      const observer = new Observer(journal, '', () => downAt);
      observer.observe([], ...answer);
      return observer.violations.map(({ kind }) => kind);
    };
    expect(seenBy(downAt - 1)).toEqual([]);
    expect(seenBy(downAt + 1, true)).toEqual([]);
    expect(seenBy(downAt + 1)).toEqual(['hole']);
  });

  it('rows that are twice for a moment are seen', () => {
    sent(0, 'ok');
    expect(observe([found(0)], [found(0, 6, 3)], [found(0)])).toEqual(['twice']);
  });
});
