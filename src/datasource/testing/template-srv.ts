import type { ScopedVars, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

/** A variable as a test sets it: its value, and what Grafana tells a format function about it. */
export interface TestVariable {
  value: string | string[];
  multi?: boolean;
  includeAll?: boolean;
  /** As with a custom value of "All": put in as it is, without asking the format function. */
  custom?: boolean;
  type?: string;
}

const VARIABLE = /\$(\w+)|\$\{(\w+)(?::(\w+))?\}/g;

/** Formats of Grafana's, which win over the function that is asked for values. */
const FORMATS: Readonly<Record<string, (values: string[]) => string>> = {
  csv: (values) => values.join(','),
  raw: (values) => values.join(','),
  pipe: (values) => values.join('|'),
  sqlstring: (values) => values.map((value) => `'${value.replaceAll("'", "''")}'`).join(','),
};

/** A template service with fixed variables that calls format functions as Grafana does. */
export function templateSrvWith(variables: Record<string, TestVariable>): TemplateSrv {
  const replace = (text = '', scopedVars: ScopedVars = {}, format?: string | Function): string =>
    text.replace(VARIABLE, (match, plain: string, braced: string, ownFormat: string | undefined) => {
      const name = plain ?? braced;
      const scoped = scopedVars[name];
      const variable: TestVariable | undefined = scoped ? { value: scoped.value } : variables[name];
      if (!variable) {
        return match;
      }
      if (variable.custom) {
        return String(variable.value);
      }
      const own = ownFormat === undefined ? undefined : FORMATS[ownFormat];
      if (own) {
        return own([variable.value].flat());
      }
      const { value, multi, includeAll } = variable;
      return typeof format === 'function'
        ? String(format(value, { name, multi, includeAll }))
        : `{${[value].flat().join(',')}}`;
    });
  return {
    replace,
    getVariables: () =>
      Object.entries(variables).map(([name, { type = 'query' }]) => ({ name, type }) as unknown as TypedVariableModel),
    containsTemplate: (text = '') => new RegExp(VARIABLE).test(text),
    updateTimeRange: () => undefined,
  };
}
