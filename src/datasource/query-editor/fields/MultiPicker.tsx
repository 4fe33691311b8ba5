import React, { useId, useMemo } from 'react';
import { css } from '@emotion/css';
import { type ComboboxOption, MultiCombobox, useTheme2 } from '@grafana/ui';

import { VisuallyHidden } from '../../../components/VisuallyHidden';
import { useSameOptions } from './Picker';
import { useChoice } from './use-choice';

interface MultiPickerProps<T extends string> {
  value: readonly T[];
  options: Array<ComboboxOption<T>> | ((search: string) => Promise<Array<ComboboxOption<T>>>);
  onChange: (values: T[]) => void;
  id?: string;
  /** Its name, where there is no label beside it. */
  name?: string;
  invalid?: boolean;
  placeholder?: string;
  createCustomValue?: boolean;
  /** In units of the theme's spacing; narrower where there is less room. */
  width: number;
}

/**
 * Several of many. MultiCombobox measures how many of its pills fit: with the width `auto` that changes its width, and a
 * width of its own it takes for pixels. So it fills a box that is as wide as it should be.
 */
export function MultiPicker<T extends string>({
  value,
  options,
  onChange,
  width,
  name,
  ...props
}: MultiPickerProps<T>) {
  const theme = useTheme2();
  const nameId = useId();
  const [chosen, choose] = useChoice(value, (next) => onChange([...next]), sameList);
  const same = useSameOptions(options);
  const labelled = useMemo(
    () =>
      chosen.map((item): ComboboxOption<T> => {
        const known = Array.isArray(same) ? same.find((option) => option.value === item) : undefined;
        return known ?? { value: item, label: item };
      }),
    [chosen, same]
  );
  return (
    <div className={css({ width: theme.spacing(width), maxWidth: '100%' })}>
      {name !== undefined && <VisuallyHidden id={nameId}>{name}</VisuallyHidden>}
      <MultiCombobox
        {...props}
        aria-labelledby={name === undefined ? undefined : nameId}
        options={same}
        value={labelled}
        onChange={(items: Array<ComboboxOption<T>>) => choose(items.map((item) => item.value))}
      />
    </div>
  );
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}
