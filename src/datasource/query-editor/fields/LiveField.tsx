import React from 'react';

import { SwitchField } from './SwitchField';

interface LiveFieldProps {
  value: boolean | undefined;
  onChange: (value: true | undefined) => void;
}

/** Whether the answer goes on with what comes in. */
export function LiveField({ value, onChange }: LiveFieldProps) {
  return <SwitchField label="Live" value={value === true} onChange={(live) => onChange(live || undefined)} />;
}
