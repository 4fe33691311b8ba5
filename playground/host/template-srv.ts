import type { ScopedVars, TimeRange, TypedVariableModel } from '@grafana/data';
import type { TemplateSrv } from '@grafana/runtime';

/** The playground has no dashboard variables; only what a panel passes along (`scopedVars`) is put in. */
export class PlaygroundTemplateSrv implements TemplateSrv {
  getVariables(): TypedVariableModel[] {
    return [];
  }

  replace(target?: string, scopedVars?: ScopedVars): string {
    return (target ?? '').replace(/\$\{?(\w+)\}?/g, (text, name: string) => {
      const value: unknown = scopedVars?.[name]?.value;
      return value === undefined ? text : String(value);
    });
  }

  containsTemplate(): boolean {
    return false;
  }

  updateTimeRange(_timeRange: TimeRange): void {}
}
