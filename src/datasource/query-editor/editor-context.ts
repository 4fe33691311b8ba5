import type { TimeRange } from '@grafana/data';
import { createContext, useContext } from 'react';

import type { ApitrailDataSource } from '../apitrail-data-source';
import type { ApitrailQuery } from '../types';
import type { Assistant } from './asking/assistant';
import type { ResolveContext } from './resolve';

/** What is wrong with the query as it would run, and in which field (`steps[0].filters`). */
export interface Problem {
  where?: string;
  message: string;
}

/** What every field of the editor needs. */
export interface Editor {
  dataSource: ApitrailDataSource;
  /** Dataset of the query, for suggestions. */
  dataset: string | undefined;
  /** Range that suggested values are looked for in. */
  range: TimeRange;
  problem: Problem | undefined;
  /** What the last answer to this query failed with. */
  error?: string | undefined;
  /** Runs the query as it is; absent where there is none to run. */
  run?: () => void;
  /** Dashboard variables, as they are written in a query: `$service`. */
  variables: readonly string[];
  /** Filters of the query, within which suggestions are looked for. */
  filters?: ApitrailQuery['filters'];
  /** Asks what is shown beside the fields; absent where nothing is. */
  assistant?: Assistant;
  /** Where and when the query is asked. */
  resolveContext?: ResolveContext;
}

export const EditorContext = createContext<Editor | undefined>(undefined);

export function useEditor(): Editor {
  const editor = useContext(EditorContext);
  if (!editor) {
    throw new Error('A field of the query editor is used outside of it.');
  }
  return editor;
}

/** The message about a field, when the problem is in it or in something inside it. */
export function useFieldProblem(path: string | undefined): string | undefined {
  const { problem } = useEditor();
  const where = problem?.where;
  if (problem === undefined || where === undefined || path === undefined) {
    return undefined;
  }
  return where === path || where.startsWith(`${path}[`) || where.startsWith(`${path}.`) ? problem.message : undefined;
}
