import type { DataFrame, Field } from '@grafana/data';

import type { ApitrailQueryOf } from '../types';

/** Rows of a query that does not say how many it wants. */
const DEFAULT_LIMIT = 500;

/** An answer to `requests` with the rows that came in since, at the end that new ones are looked for, and no more than asked. */
export function appendRequests(frame: DataFrame, live: DataFrame, query: ApitrailQueryOf<'requests'>): DataFrame {
  if (live.length === 0) {
    return frame;
  }
  const limit = Math.max(query.limit ?? DEFAULT_LIMIT, 1);
  const [first] = query.orderBy ?? [];
  const atEnd = first?.key === 'time' && first.direction === 'asc';
  const join = <T>(before: readonly T[], came: readonly T[]) =>
    atEnd ? [...before, ...came].slice(-limit) : [...came.toReversed(), ...before].slice(0, limit);
  const fields = frame.fields.map((field): Field => {
    const fresh = live.fields.find(({ name }) => name === field.name);
    const came: unknown[] = fresh ? [...fresh.values] : new Array(live.length).fill(null);
    const values = join(field.values, isId(field, frame) ? distinctIds(came, field.values) : came);
    const nanos =
      field.nanos || fresh?.nanos
        ? { nanos: join(field.nanos ?? zeros(frame.length), fresh?.nanos ?? zeros(live.length)) }
        : {};
    return { ...field, ...nanos, values, state: undefined };
  });
  return { ...frame, fields, length: fields[0]?.values.length ?? 0 };
}

function zeros(count: number): number[] {
  return new Array<number>(count).fill(0);
}

function isId({ name }: Field, { meta }: DataFrame): boolean {
  return name === 'id' && meta?.type === 'log-lines';
}

/** Log lines are told apart by their ids, of which a request without one of its own has only its time. */
function distinctIds(came: readonly unknown[], present: readonly unknown[]): string[] {
  const taken = new Set(present);
  return came.map((id) => {
    let free = String(id);
    for (let count = 1; taken.has(free); count++) {
      free = `${String(id)}-${count}`;
    }
    taken.add(free);
    return free;
  });
}
