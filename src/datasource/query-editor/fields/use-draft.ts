import { type FocusEvent, type KeyboardEvent, useEffect, useRef, useState } from 'react';

/** How long after the last key a text is written to the query, without running it. */
export const DRAFT_DELAY_MS = 400;

interface Draft {
  text: string;
  onType: (text: string) => void;
  onBlur: (event?: FocusEvent) => void;
  onKeyDown: (event: KeyboardEvent) => void;
  /** Writes to the query what was typed, and runs it; false when nothing was. */
  flush: () => boolean;
}

/**
 * A text that is being typed. It reaches the query when the typing pauses, and runs it on Enter or when the field is
 * left; so a query does not run at every key.
 */
export function useDraft(value: string, commit: (text: string, run: boolean) => void): Draft {
  const [text, setText] = useState(value);
  const [seen, setSeen] = useState(value);
  /** Texts that the query has been given and has not come back with: it may be drawn some more times as it was before. */
  const [sent, setSent] = useState<readonly string[]>([]);
  const typed = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  if (value !== seen) {
    setSeen(value);
    const index = sent.indexOf(value);
    setSent(sent.slice(index + 1));
    if (index < 0) {
      setText(value);
    }
  }
  useEffect(() => () => clearTimeout(timer.current), []);

  const send = (next: string, run: boolean) => {
    clearTimeout(timer.current);
    if (next !== value) {
      setSent((texts) => [...texts, next]);
    }
    commit(next, run);
  };
  const finish = () => {
    const changed = typed.current;
    if (changed) {
      typed.current = false;
      send(text, true);
    }
    return changed;
  };
  return {
    text,
    onType: (next) => {
      typed.current = true;
      setText(next);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => send(next, false), DRAFT_DELAY_MS);
    },
    flush: finish,
    onBlur: finish,
    onKeyDown: (event) => {
      if (event.key === 'Enter') {
        if (typed.current) {
          event.stopPropagation();
        }
        finish();
      }
    },
  };
}
