import { useState } from 'react';

/** Names for steps that stay with them when they are moved; queries have none. */
export interface StepIds {
  ids: string[];
  /** A step is about to be put at this place. */
  insert: (at: number) => void;
  /** The step at this place is about to be removed. */
  forget: (index: number) => void;
  /** The step at this place is about to be moved to that one. */
  move: (from: number, to: number) => void;
}

let made = 0;
const newId = () => `step-${(made += 1)}`;

export function useStepIds(count: number): StepIds {
  const [ids, setIds] = useState<string[]>([]);
  let known = ids;
  if (ids.length !== count) {
    // Steps were added at the end, or the query was replaced.
    known = Array.from({ length: count }, (_, index) => ids[index] ?? newId());
    setIds(known);
  }
  return {
    ids: known,
    insert: (at) => setIds([...known.slice(0, at), newId(), ...known.slice(at)]),
    forget: (index) => setIds(known.filter((_, at) => at !== index)),
    move: (from, to) => {
      const next = [...known];
      next.splice(to, 0, ...next.splice(from, 1));
      setIds(next);
    },
  };
}
