import type { ScopedVars } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

import { literalPattern } from './literal-pattern';
import { sqlLiteral } from './sql-literal';

/** Where the values of variables come from: Grafana's template service. */
export type Replace = TemplateSrv['replace'];

/** The custom value of "All" that stands for no restriction, as with Prometheus and Loki. */
export const ALL = '.*';

/** Fields Grafana puts on a query, and the ones in which a `$` is not a variable of ours. */
const LEFT_ALONE = new Set([
  ...['refId', 'queryType', 'datasource', 'key', 'hide', 'version', 'timeRange', 'scopes', 'editor'],
]);

/** `$__timeFilter`, `$__interval` and the like in SQL: macros, which the companion puts in place itself. */
const MACRO = /\$__\w+|\$\{__(?:from|to|interval|interval_ms)\}/g;

/**
 * Formats that become literals of SQL here, since Grafana's own leave "All" with a value of its own as it is: `sqlstring` a
 * literal per value, `sqlregex` one literal of the pattern that a filter with `=~` would have.
 */
const SQL_FORMAT = /\$\{(\w+(?:\.[^:}]+)?):(sqlstring|sqlregex)\}/g;

/** Numbers, which a dashboard written by hand may give as a variable. */
const NUMBERS = new Set([
  ...['limit', 'minSamples', 'step', 'depth', 'rowsPerStep', 'periods', 'column'],
  ...['breakdownLimit', 'offset', 'fromStep', 'toStep', 'attribution'],
]);

/** Fields that are lists of filters. */
const FILTERS = new Set(['filters', 'anchor', 'start', 'return']);

/** Operators and what they become when the variable has several values. */
const MANY: Readonly<Record<string, string>> = { '=': '=|', '!=': '!=|', '=|': '=|', '!=|': '!=|' };
const PATTERNS = new Set(['=~', '!~']);
const NEGATIVE = new Set(['!=', '!=|', '!~']);

/** A variable as Grafana hands it to a format function. */
interface Variable {
  multi?: boolean;
  includeAll?: boolean;
}

/**
 * Puts the values of variables in place everywhere in a query. Lists take every value of a variable with several;
 * filters change their operator to fit. A field that resolves to nothing is left out, so that its default applies.
 */
export function interpolateQuery<T extends object>(query: T, replace: Replace, scopedVars: ScopedVars = {}): T {
  const interpolator = new Interpolator(replace, scopedVars);
  return Object.fromEntries(
    Object.entries(query)
      .map(([field, value]) => [field, LEFT_ALONE.has(field) ? value : interpolator.field(field, value)])
      .filter(([, value]) => value !== undefined)
  ) as T;
}

class Interpolator {
  constructor(
    private readonly replace: Replace,
    private readonly scopedVars: ScopedVars
  ) {}

  field(name: string, value: unknown): unknown {
    if (name === 'sql' && typeof value === 'string') {
      return this.sql(value);
    }
    if (typeof value === 'string') {
      const text = this.text(value);
      if (text === '' && value !== '') {
        return undefined;
      }
      return NUMBERS.has(name) && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    }
    if (FILTERS.has(name) && Array.isArray(value)) {
      return value.flatMap((filter) => this.filter(filter));
    }
    return this.value(value);
  }

  private value(value: unknown): unknown {
    if (Array.isArray(value)) {
      const items = value.flatMap((item) =>
        typeof item === 'string' ? this.texts(item).filter((text) => text !== '') : [this.value(item)]
      );
      return items.every((item) => typeof item === 'string') ? [...new Set(items)] : items;
    }
    if (value !== null && typeof value === 'object') {
      return Object.fromEntries(
        Object.entries(value)
          .map(([field, inner]) => [field, this.field(field, inner)])
          .filter(([, inner]) => inner !== undefined)
      );
    }
    return value;
  }

  /** A filter with its variables resolved: none when it does not restrict anything. */
  private filter(filter: unknown): unknown[] {
    if (filter === null || typeof filter !== 'object') {
      return [filter];
    }
    for (const group of ['any', 'all'] as const) {
      const inner = (filter as Record<string, unknown>)[group];
      if (Array.isArray(inner)) {
        const kept = inner.map((item) => this.filter(item));
        // "Any of" with one member that holds for every row holds for every row.
        const always = group === 'any' && kept.some((items) => items.length === 0);
        const items = kept.flat();
        return always || items.length === 0 ? [] : [{ [group]: items }];
      }
    }
    return this.keyFilter(filter as { key: string; operator: string; value?: unknown; values?: unknown[] });
  }

  private keyFilter(filter: { key: string; operator: string; value?: unknown; values?: unknown[] }): unknown[] {
    const { value, values, ...rest } = filter;
    const key = this.text(filter.key);
    if (key === '') {
      return [];
    }
    if (PATTERNS.has(filter.operator) && typeof value === 'string') {
      const pattern = this.pattern(value);
      return this.restricts(value, [pattern], { key, operator: filter.operator }, () => ({
        ...rest,
        key,
        value: pattern,
      }));
    }
    const given = (
      Array.isArray(values) && (value === undefined || filter.operator.endsWith('|')) ? values : [value]
    ).filter((item) => item !== undefined);
    if (given.length === 0 && !filter.operator.endsWith('|')) {
      return [{ ...rest, key }];
    }
    const resolved = given.flatMap((item) => (typeof item === 'string' ? this.texts(item) : [item]));
    const source = given.length === 1 && typeof given[0] === 'string' ? given[0] : '';
    return this.restricts(source, resolved, { key, operator: filter.operator }, () => {
      const many = MANY[filter.operator];
      const several = filter.operator.endsWith('|') || (many !== undefined && resolved.length !== 1);
      return several ? { ...rest, key, operator: many, values: resolved } : { ...rest, key, value: resolved[0] };
    });
  }

  /** Leaves out a filter that restricts nothing: without a value, or with "All" whose custom value is `.*`. */
  private restricts(
    source: string,
    resolved: unknown[],
    { key, operator }: { key: string; operator: string },
    build: () => unknown
  ): unknown[] {
    const hadVariable = resolved.length !== 1 || resolved[0] !== source;
    if (hadVariable && resolved.length === 1 && resolved[0] === ALL) {
      return NEGATIVE.has(operator) ? [{ key, operator: '!exists' }] : [];
    }
    if (resolved.every((item) => item === '')) {
      return [];
    }
    return [build()];
  }

  /**
   * SQL, as Grafana's own SQL data sources do it: several values, and those of variables that offer several, become literals
   * (`IN ($service)`); others go into the literal that they are written in (`= '$service'`). What a format makes literals of
   * is safe wherever a value may stand.
   */
  private sql(text: string): string {
    const kept: string[] = [];
    // What values hold is never looked at again: neither for variables nor for what is kept.
    const keep = (sql: string) => `\u0000${kept.push(sql) - 1}\u0000`;
    const masked = text
      .replace(SQL_FORMAT, (source, name: string, format: string) => {
        const literals = this.literals(name, format);
        return literals === undefined ? source : keep(literals);
      })
      .replace(MACRO, keep);
    const replaced = this.replace(masked, this.scopedVars, (value: unknown, variable?: Variable) =>
      Array.isArray(value) || variable?.multi || variable?.includeAll ? literalsOf([value].flat()) : quoted(value)
    );
    return replaced.replace(/\u0000(\d+)\u0000/g, (_, index) => kept[Number(index)] ?? '');
  }

  /** The values of a variable as literals of SQL; undefined when there is no such variable. */
  private literals(name: string, format: string): string | undefined {
    const source = `\${${name}}`;
    if (format === 'sqlregex') {
      const pattern = this.pattern(source);
      return pattern === source ? undefined : sqlLiteral(pattern);
    }
    let values: unknown[] | undefined;
    const text = this.replace(source, this.scopedVars, (value: unknown) => {
      values = [value].flat();
      return '';
    });
    return values === undefined && text === source ? undefined : literalsOf(values ?? [text]);
  }

  private text(text: string): string {
    return this.replace(text, this.scopedVars, (value: unknown) =>
      Array.isArray(value) ? value.join(',') : String(value)
    );
  }

  /** Every text that the values of the variables in it give. */
  private texts(text: string): string[] {
    const found: string[][] = [];
    const marked = this.replace(text, this.scopedVars, (value: unknown) => {
      found.push((Array.isArray(value) ? value : [value]).map(String));
      return `\u0000${found.length - 1}\u0000`;
    });
    return marked.split(/\u0000(\d+)\u0000/).reduce<string[]>(
      (results, part, index) => {
        const options = index % 2 === 0 ? [part] : (found[Number(part)] ?? []);
        return results.flatMap((result) => options.map((option) => result + option));
      },
      ['']
    );
  }

  /** A regular expression: values of variables that offer several are escaped and joined, others are the user's own. */
  private pattern(text: string): string {
    return this.replace(text, this.scopedVars, (value: unknown, variable?: Variable) => {
      if (Array.isArray(value)) {
        return value.length === 1
          ? literalPattern(String(value[0]))
          : `(${value.map((item) => literalPattern(String(item))).join('|')})`;
      }
      return variable?.multi || variable?.includeAll ? literalPattern(String(value)) : String(value);
    });
  }
}

/** Literals of SQL with commas between; that of the empty text where there is no value. */
function literalsOf(values: readonly unknown[]): string {
  return values.length === 0 ? "''" : values.map((value) => sqlLiteral(String(value))).join(', ');
}

/** A value as it may stand within a literal of SQL. */
function quoted(value: unknown): string {
  return String(value).replaceAll("'", "''").replaceAll('\u0000', '');
}
