import { useEffect, useState } from 'react';

/** What was asked for: still under way, there, or why not. */
export type Loaded<T> = { state: 'loading' } | { state: 'done'; value: T } | { state: 'failed'; message: string };

/** Asks whenever `ask` is another function; an answer that comes too late is passed over. */
export function useLoaded<T>(ask: () => Promise<T>): Loaded<T> {
  const [answer, setAnswer] = useState<{ of: () => Promise<T>; loaded: Loaded<T> }>();
  useEffect(() => {
    let wanted = true;
    const settle = (loaded: Loaded<T>) => wanted && setAnswer({ of: ask, loaded });
    ask().then(
      (value) => settle({ state: 'done', value }),
      (error) => settle({ state: 'failed', message: messageOf(error) })
    );
    return () => {
      wanted = false;
    };
  }, [ask]);
  return answer?.of === ask ? answer.loaded : { state: 'loading' };
}

/** What an error says, also one that is none. */
export function messageOf(error: unknown): string {
  const { message, data } = (error ?? {}) as { message?: string; data?: { message?: string } };
  return data?.message ?? message ?? 'It did not work. The log of Grafana’s server says why.';
}
