import React from 'react';
import { FUNNEL_UNITS } from '@apitrail/contract';

import { useEditor } from '../editor-context';
import { ChoiceField } from './ChoiceField';
import { FormField } from './FormField';
import { keyOptions } from './key-options';
import { Picker } from './Picker';
import { useKeys } from './use-keys';

/** What a query says of whose requests are followed. */
interface Followed {
  unit?: string;
  identity?: 'session' | 'strict';
}

const UNITS: Record<(typeof FUNNEL_UNITS)[number], string> = {
  customer: 'Customers',
  session: 'Sessions',
  account: 'Accounts',
};

const IDENTITIES = [
  {
    value: 'session' as const,
    label: 'By session',
    description: 'What came before signing in counts for the session’s customer.',
  },
  { value: 'strict' as const, label: 'Strict', description: 'Only requests that name the customer count.' },
];

/** Who is followed through their requests: customers, sessions, accounts, or the values of any key. */
export function UnitFields({ query, onChange }: { query: Followed; onChange: (patch: Followed) => void }) {
  const { variables } = useEditor();
  const keys = useKeys();
  const common = FUNNEL_UNITS.map((value) => ({ value: value as string, label: UNITS[value] }));
  const others = keyOptions(keys, variables).filter(({ value }) => !common.some((option) => option.value === value));
  return (
    <>
      <FormField label="Who is followed" path="unit">
        {({ id, invalid }) => (
          <Picker
            id={id}
            width={20}
            invalid={invalid}
            createCustomValue
            options={[...common, ...others]}
            value={query.unit ?? 'customer'}
            onChange={(unit) => onChange({ unit })}
          />
        )}
      </FormField>
      {(query.unit ?? 'customer') === 'customer' && (
        <ChoiceField
          label="Identity"
          path="identity"
          fallback="session"
          value={query.identity}
          options={IDENTITIES}
          onChange={(identity) => onChange({ identity })}
        />
      )}
    </>
  );
}
