import { parseDuration, type ApitrailError } from '@apitrail/contract';

import { instant, intervalLiteral } from './literals';
import type { MacroOptions } from './options';
import { bucketStart } from './bucket';

/** Stands for the first argument in what a macro expands to. No text that may run has it. */
export const COLUMN = '\0';

/** An argument after the first. */
export interface MacroArgument {
  text: string;
  /** The error that says what is wrong with it. */
  refuse(message: string): ApitrailError;
}

/** A macro, as documentation and completion show it. */
export interface MacroDescription {
  /** Without `$__`. */
  name: string;
  /** How it is written, with its arguments. */
  signature: string;
  description: string;
}

interface Macro extends MacroDescription {
  /** Number of arguments; undefined when it has none and is written without parentheses. */
  arguments?: { least: number; most: number; words: string };
  /** SQL, with `COLUMN` in the place of the first argument. `rest` are those after it. */
  expand(rest: readonly MacroArgument[], options: MacroOptions): string;
}

/** Every macro there is. */
export const MACROS: readonly Macro[] = [
  {
    name: 'timeFilter',
    signature: '$__timeFilter(column)',
    description: 'Holds when the time lies in the range of the dashboard: from is inclusive, to is exclusive.',
    arguments: { least: 1, most: 1, words: 'one argument, the column of the time' },
    expand: (_, { from, to }) => `(${COLUMN} >= ${instant(from)} AND ${COLUMN} < ${instant(to)})`,
  },
  {
    name: 'timeGroup',
    signature: '$__timeGroup(column[, interval])',
    description:
      'Start of the bucket that the time falls in. Buckets are as wide as the interval, such as 5m or 1d, or as the panel’s. From one day on they begin at midnight of the time zone.',
    arguments: { least: 1, most: 2, words: 'one or two arguments, the column of the time and the interval' },
    expand: ([interval], options) => bucketStart(COLUMN, intervalOf(interval, options), options),
  },
  {
    name: 'interval',
    signature: '$__interval',
    description: 'Width of the panel’s buckets, as an INTERVAL.',
    expand: (_, { intervalMs }) => intervalLiteral(intervalMs),
  },
  {
    name: 'interval_ms',
    signature: '$__interval_ms',
    description: 'Width of the panel’s buckets, milliseconds.',
    expand: (_, { intervalMs }) => String(intervalMs),
  },
  {
    name: 'from',
    signature: '$__from',
    description: 'Start of the range, epoch milliseconds.',
    expand: (_, { from }) => String(from),
  },
  {
    name: 'to',
    signature: '$__to',
    description: 'End of the range, epoch milliseconds.',
    expand: (_, { to }) => String(to),
  },
];

export const MACROS_BY_NAME: ReadonlyMap<string, Macro> = new Map(MACROS.map((macro) => [macro.name, macro]));

function intervalOf(argument: MacroArgument | undefined, { intervalMs }: MacroOptions): number {
  if (argument === undefined || /^\$(__interval|\{__interval\})$/.test(argument.text)) {
    return intervalMs;
  }
  const [, , duration = ''] = /^('?)(.*)\1$/s.exec(argument.text) ?? [];
  const width = parseDuration(duration.trim());
  if (!(width > 0)) {
    throw argument.refuse(
      `The interval of $__timeGroup must be a duration such as 30s, 5m, 1h or 1d, or $__interval, not ${argument.text || 'nothing'}.`
    );
  }
  return width;
}
