import { ApitrailError, ERROR_CODES, FURTHEST_TIME, type ErrorCode } from '@apitrail/contract';

import type { UserColumn, UserColumnKind, UserSqlResult, ValueLoss } from '../user-sql';

/** What became of a message: more is to come, the answer is whole, or the process says that it may not serve. */
export type Progress = 'ready' | 'unsafe' | 'more' | 'done';

const KINDS: ReadonlySet<string> = new Set<UserColumnKind>(['time', 'date', 'number', 'string', 'boolean', 'json']);

const FITS: Record<UserColumnKind, (value: unknown) => boolean> = {
  time: (value) => typeof value === 'number' && Math.abs(value) < FURTHEST_TIME,
  date: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number' || value === 'NaN' || value === 'Infinity' || value === '-Infinity',
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  json: () => true,
};

/**
 * Puts together what a process for SQL says. It ran what somebody wrote, so nothing of it is taken on trust: what is not as
 * agreed is APITRAIL_SQL_FAILED, and can never reach an answer.
 */
export class AnswerReader {
  reason = '';
  private columns: UserColumn[] | undefined;
  private values: unknown[][] = [];
  private rowCount = 0;
  private cut = false;
  private executed = '';
  private losses: UserSqlResult['losses'] = { digits: [], time: [] };

  constructor(private readonly limit: number) {}

  /** Takes one line. Throws the ApitrailError that the process said, or that it is to blame for. */
  take(line: string): Progress {
    const message = parse(line);
    switch (message.type) {
      case 'ready':
        return 'ready';
      case 'unsafe':
        this.reason = String(message.reason);
        return 'unsafe';
      case 'columns':
        this.begin(message);
        return 'more';
      case 'rows':
        this.add(message);
        return 'more';
      case 'done':
        expect(this.columns !== undefined);
        this.cut = message.cut === true;
        this.losses = { digits: this.namesAt(message.losses, 'digits'), time: this.namesAt(message.losses, 'time') };
        return 'done';
      case 'error':
        throw errorOf(message);
      default:
        throw garbled();
    }
  }

  get result(): UserSqlResult {
    return {
      columns: this.columns ?? [],
      values: this.values,
      rowCount: this.rowCount,
      losses: this.losses,
      cutAt: this.cut ? this.rowCount : undefined,
      executed: this.executed,
    };
  }

  private begin({ columns, executed }: Record<string, unknown>): void {
    expect(this.columns === undefined && Array.isArray(columns) && typeof executed === 'string');
    this.columns = (columns as unknown[]).map((column) => {
      const { name, type, kind } = (column ?? {}) as Record<string, unknown>;
      expect(typeof name === 'string' && typeof type === 'string' && typeof kind === 'string' && KINDS.has(kind));
      return { name, type, kind } as UserColumn;
    });
    // Fields of a frame are told apart by name; the engine has numbered those that were equal.
    expect(new Set(this.columns.map(({ name }) => name)).size === this.columns.length);
    this.values = this.columns.map(() => []);
    this.executed = executed as string;
  }

  /** The names of the columns that are said to have lost something. */
  private namesAt(losses: unknown, loss: ValueLoss): string[] {
    const places = (losses as Partial<Record<ValueLoss, unknown>> | undefined | null)?.[loss];
    expect(Array.isArray(places) && places.length <= this.columns!.length);
    return (places as unknown[]).map((place) => {
      const column = typeof place === 'number' ? this.columns![place] : undefined;
      expect(column !== undefined);
      return column.name;
    });
  }

  private add({ count, values }: Record<string, unknown>): void {
    const { columns } = this;
    expect(
      columns !== undefined && Number.isInteger(count) && Array.isArray(values) && values.length === columns.length
    );
    this.rowCount += count as number;
    expect(this.rowCount <= this.limit);
    (values as unknown[]).forEach((column, index) => {
      expect(Array.isArray(column) && column.length === count);
      const { kind } = columns![index]!;
      const target = this.values[index]!;
      for (const value of column as unknown[]) {
        expect(value === null || FITS[kind](value));
        target.push(kind === 'number' && typeof value === 'string' ? Number(value) : value);
      }
    });
  }
}

function parse(line: string): Record<string, unknown> {
  try {
    const message: unknown = JSON.parse(line);
    expect(typeof message === 'object' && message !== null);
    return message as Record<string, unknown>;
  } catch {
    throw garbled();
  }
}

/** Codes that SQL may end with; any other would say something of the companion. */
const CODES = new Set<string>([
  'APITRAIL_LAKE_UNREADABLE',
  ...Object.keys(ERROR_CODES).filter((code) => code.includes('_SQL_')),
]);

function errorOf({ code, message, where }: Record<string, unknown>): ApitrailError {
  expect(typeof code === 'string' && CODES.has(code) && typeof message === 'string');
  return new ApitrailError(code as ErrorCode, (message as string).slice(0, 4_000), {
    ...(typeof where === 'string' ? { where } : {}),
  });
}

function expect(holds: boolean): asserts holds {
  if (!holds) {
    throw garbled();
  }
}

function garbled(): ApitrailError {
  return new ApitrailError('APITRAIL_SQL_FAILED', 'The process that ran the SQL did not answer as agreed. Ask again.');
}
