import React, { useState } from 'react';

import { TextField } from './TextField';

interface NumberListFieldProps {
  label: string;
  value: readonly number[] | undefined;
  onChange: (value: number[] | undefined, options: { run: boolean }) => void;
  placeholder?: string;
  path?: string;
  width?: number;
}

/** Numbers, separated by commas or spaces; empty is the default. What is no number is kept as it is written, to be told. */
export function NumberListField({ value, onChange, ...field }: NumberListFieldProps) {
  const [written, setWritten] = useState('');
  const text = value?.join(', ') ?? '';
  // As it was written, so that nothing changes under the hands of who is still writing.
  const shown = numbersOf(written)?.join(', ') === text ? written : text;
  return (
    <TextField
      {...field}
      value={shown}
      onChange={(next, options) => {
        setWritten(next ?? '');
        onChange(numbersOf(next ?? ''), options);
      }}
    />
  );
}

function numbersOf(text: string): number[] | undefined {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  // The contract says of what is no number where it lies.
  return parts.length === 0
    ? undefined
    : parts.map((part) => (Number.isFinite(Number(part)) ? Number(part) : (part as unknown as number)));
}
