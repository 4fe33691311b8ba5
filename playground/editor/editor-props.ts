import type { ApitrailDataSource } from '../../src/datasource/apitrail-data-source';
import type { PageState } from '../components/PageShell';

/** What each kind of form is given by the page. */
export interface EditorProps extends PageState {
  dataSource: ApitrailDataSource;
  /** What the form starts with, as JSON; null when the address has nothing. */
  given: string | null;
}

/** What the address gives a form to start with; `otherwise` where it is not an object of JSON. */
export function startOf<T extends object>(given: string | null, otherwise: T): T {
  try {
    const value: unknown = JSON.parse(given ?? 'null');
    return typeof value === 'object' && value !== null ? { ...otherwise, ...value } : otherwise;
  } catch {
    return otherwise;
  }
}
