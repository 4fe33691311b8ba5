import { useEffect, useRef, useState } from 'react';

/**
 * What is chosen, shown as soon as it is chosen and reported once. Grafana's comboboxes report a choice again at every
 * drawing until their owner has taken it over, through the function they had when it was made; Explore takes a changed
 * query over a moment later. An editor that ran the query for each report would never end.
 *
 * @param same Whether two values are the same choice.
 */
export function useChoice<T>(
  value: T,
  onChange: (value: T) => void,
  same: (a: T, b: T) => boolean = Object.is
): [T, (value: T) => void] {
  const [chosen, setChosen] = useState(value);
  const [known, setKnown] = useState(value);
  const reported = useRef(value);
  if (!same(value, known)) {
    setKnown(value);
    setChosen(value);
  }
  useEffect(() => {
    reported.current = known;
  }, [known]);

  const choose = (next: T) => {
    if (!same(next, reported.current)) {
      reported.current = next;
      setChosen(next);
      onChange(next);
    }
  };
  return [chosen, choose];
}
