import type { DataFrame } from '@grafana/data';
import { useEffect, useState } from 'react';

import type { ApitrailQuery } from '../../types';
import { useEditor } from '../editor-context';
import { resolve } from '../resolve';

/** How long a question must stand unchanged before it is asked. */
export const ANSWER_DELAY_MS = 500;

export interface Answer<Q> {
  /** What was asked: while another question is on its way, the one before. */
  question?: Q;
  frames?: DataFrame[];
  /** What the companion refused with. */
  error?: string;
  /** Whether another answer is on its way. */
  asking: boolean;
}

/**
 * The answer to a question that an editor asks beside its query, when it could run: asked once it stands, given up when it
 * changes or is undefined.
 */
export function useAnswer<Q extends ApitrailQuery>(question: Q | undefined): Answer<Q> {
  const { dataSource, assistant, resolveContext } = useEditor();
  const [answer, setAnswer] = useState<{ key: string } & Omit<Answer<Q>, 'asking'>>();
  const resolved = question && assistant && resolveContext && resolve(dataSource, question, resolveContext);
  const key =
    resolved && !resolved.problem
      ? JSON.stringify([resolved.query, resolveContext!.range.from.valueOf(), resolveContext!.range.to.valueOf()])
      : undefined;

  useEffect(() => {
    if (key === undefined || !question || !assistant || !resolveContext) {
      return undefined;
    }
    const control = new AbortController();
    const ask = () =>
      assistant.ask(key, question, resolveContext, control.signal).then(
        (frames) => !control.signal.aborted && setAnswer({ key, question, frames }),
        (error: unknown) =>
          !control.signal.aborted &&
          setAnswer({ key, question, error: error instanceof Error ? error.message : String(error) })
      );
    const timer = setTimeout(ask, assistant.kept(key) ? 0 : ANSWER_DELAY_MS);
    return () => {
      clearTimeout(timer);
      control.abort();
    };
    // The key says all that the answer depends on; the question and where it is asked are new with every drawing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [assistant, key]);

  if (key === undefined) {
    return { asking: false };
  }
  const { key: answered, ...rest } = answer ?? { key: undefined };
  return { ...rest, asking: answered !== key };
}
