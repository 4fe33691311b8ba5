import React, { useId, useMemo } from 'react';
import { Combobox, type ComboboxOption } from '@grafana/ui';

import { VisuallyHidden } from '../../../components/VisuallyHidden';
import { useChoice } from './use-choice';

interface PickerProps<T extends string> {
  /** Null shows the placeholder. */
  value: T | null;
  options: Array<ComboboxOption<T>> | ((search: string) => Promise<Array<ComboboxOption<T>>>);
  onChange: (value: T) => void;
  /** Called instead of `onChange` when the choice is taken back; without it, it cannot be. */
  onClear?: () => void;
  id?: string;
  /** Its name, where there is no label beside it. */
  name?: string;
  invalid?: boolean;
  placeholder?: string;
  createCustomValue?: boolean;
  /** In units of the theme's spacing; without it, as wide as the place it has. */
  width?: number;
}

/** One of many. */
export function Picker<T extends string>({ value, options, onChange, onClear, name, ...props }: PickerProps<T>) {
  const nameId = useId();
  const [chosen, choose] = useChoice<T | null>(value, (next) => (next === null ? onClear?.() : onChange(next)));
  const named = name === undefined ? {} : { 'aria-labelledby': nameId };
  const common = { ...props, ...named, value: chosen, options: useSameOptions(options) };
  return (
    <>
      {name !== undefined && <VisuallyHidden id={nameId}>{name}</VisuallyHidden>}
      {onClear ? (
        <Combobox
          {...common}
          isClearable
          onChange={(option: ComboboxOption<T> | null) => choose(option?.value ?? null)}
        />
      ) : (
        <Combobox {...common} onChange={(option: ComboboxOption<T>) => choose(option.value)} />
      )}
    </>
  );
}

/** Equal options as the same objects: a combobox takes another object for another choice. */
export function useSameOptions<O>(options: O): O {
  const text = Array.isArray(options) ? JSON.stringify(options) : undefined;
  const list = useMemo(() => (text === undefined ? undefined : (JSON.parse(text) as O)), [text]);
  return list ?? options;
}
