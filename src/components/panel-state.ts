import {
  type DataFrame,
  type DataQueryError,
  LoadingState,
  type PanelData,
  type QueryResultMetaNotice,
} from '@grafana/data';
import { type IconName } from '@grafana/ui';

/** What a panel says instead of a drawing, and what to do next. */
export interface PanelMessageContent {
  kind: 'loading' | 'empty' | 'shape' | 'error';
  icon: IconName;
  title: string;
  text: string;
  /** What a frame needs so that the panel can draw it. */
  wanted?: WantedColumn[];
  /** The columns that came instead. */
  found?: string[];
}

/** A column a panel draws from. */
export interface WantedColumn {
  name: string;
  type: 'time' | 'number' | 'string' | 'any' | 'list of numbers';
  optional?: boolean;
  meaning: string;
}

/** A model, or why there is none. */
export type ModelResult<T> = { model: T } | { missing: string };

/** The message to show in place of a drawing when there is an error, or there is nothing yet, or nothing at all. */
export function messageFor(data: PanelData): PanelMessageContent | undefined {
  const rows = data.series.reduce((sum, frame) => sum + frame.length, 0);
  if (rows > 0) {
    return undefined;
  }
  const errors = errorTexts(data);
  if (errors.length > 0) {
    return {
      kind: 'error',
      icon: 'exclamation-triangle',
      title: 'The query failed',
      text: `${errors.join('\n')}\n${whatToDo(data)}`,
    };
  }
  if (data.state === LoadingState.Loading || data.state === LoadingState.NotStarted) {
    return { kind: 'loading', icon: 'sync', title: 'Loading', text: 'Waiting for the answer to the query.' };
  }
  return {
    kind: 'empty',
    icon: 'search',
    title: 'No requests in this time range',
    text: 'Widen the time range, take filters off, or check that requests come in: the data source’s health says when the newest one came.',
  };
}

/** The message for frames that the panel cannot read. */
export function wrongShape(missing: string, wanted: WantedColumn[], frames: DataFrame[]): PanelMessageContent {
  const found = frames[0]?.fields.map((f) => `${f.name} (${f.type})`) ?? [];
  return {
    kind: 'shape',
    icon: 'table',
    title: missing,
    text: 'Change the query, or add a transformation that renames or converts columns, so that the table has:',
    wanted,
    found,
  };
}

/** What mends a failure: the query only where it was the query. */
function whatToDo(data: PanelData): string {
  const { status } = errorsOf(data)[0] ?? {};
  if (status === 401 || status === 403) {
    return 'Check the key in the settings of the data source, and that you are signed in; then run the query again.';
  }
  return status === undefined || status === 429 || status >= 500
    ? 'Run the query again in a moment. If it goes on failing, “Save & test” in the settings of the data source says what is wrong.'
    : 'Open the query inspector for what was sent, mend the query, and run it again.';
}

function errorsOf(data: PanelData): DataQueryError[] {
  // Grafana gives a failure of the whole request as `error` alone.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const { error: whole, errors } = data;
  return errors && errors.length > 0 ? errors : whole ? [whole] : [];
}

/** Texts of the errors of the queries, each once. */
export function errorTexts(data: PanelData): string[] {
  const texts = errorsOf(data).map((e) => e.message ?? e.data?.message ?? e.statusText ?? 'Unknown error');
  if (texts.length === 0 && data.state === LoadingState.Error) {
    texts.push('The data source gave no reason.');
  }
  return [...new Set(texts)];
}

/** Notices of the frames and errors of other queries, beside what is drawn; the worst first, each once. */
export function noticesOf(data: PanelData, own: QueryResultMetaNotice[] = []): QueryResultMetaNotice[] {
  const errors = errorTexts(data).map((text): QueryResultMetaNotice => ({ severity: 'error', text }));
  const all = [...errors, ...own, ...data.series.flatMap((frame) => frame.meta?.notices ?? [])];
  const rank = { error: 0, warning: 1, info: 2 };
  const byText = new Map<string, QueryResultMetaNotice>();
  for (const notice of all) {
    const known = byText.get(notice.text);
    if (!known || rank[notice.severity] < rank[known.severity]) {
      byText.set(notice.text, notice);
    }
  }
  return [...byText.values()].sort((a, b) => rank[a.severity] - rank[b.severity]);
}
