import React from 'react';
import { Stack } from '@grafana/ui';

import { plural } from '../../../components/format';
import type { ApitrailQueryOf } from '../../types';
import { useEditor } from '../editor-context';
import { ChoiceField } from '../fields/ChoiceField';
import { Fold } from '../fields/Fold';
import { KeyListField } from '../fields/KeyListField';
import { SwitchField } from '../fields/SwitchField';
import type { FormProps } from '../form-props';
import { BreakdownFields } from './BreakdownFields';
import { ExclusionFields } from './ExclusionFields';

const ORDERS = [
  { value: 'ordered' as const, label: 'In order', description: 'Other requests may lie between the steps.' },
  { value: 'strict' as const, label: 'Strict', description: 'No other request may lie between the steps.' },
  { value: 'any' as const, label: 'Any order', description: 'But for steps that keep their place.' },
];

const REENTRIES = [
  { value: 'first' as const, label: 'The first', description: 'Later entries do not count.' },
  {
    value: 'optimised' as const,
    label: 'The best',
    description: 'Every entry is tried, and the one that gets furthest counts.',
  },
];

const COUNTINGS = [
  { value: 'unique' as const, label: 'Each once', description: 'However often they try.' },
  { value: 'total' as const, label: 'Every attempt', description: 'They enter again once an attempt is over.' },
];

/** Where these fields lie in the query: a problem in one of them opens the fold. */
const PATHS = /^(order|reentry|counting|successOnly|holdConstant|exclusions|breakdown|breakdownLimit|attribution)\b/;

/** What most funnels leave as it is: order, what counts as an attempt, exclusions, breakdown. */
export function MoreFields({ query, onChange }: FormProps<'funnel'>) {
  const { problem } = useEditor();
  return (
    <Fold
      label="More"
      name="More about the funnel"
      summary={summaryOf(query)}
      forced={problem?.where !== undefined && PATHS.test(problem.where)}
    >
      <Stack direction="row" wrap="wrap" gap={1}>
        <ChoiceField
          label="Order"
          path="order"
          fallback="ordered"
          width={16}
          value={query.order}
          options={ORDERS}
          onChange={(order) => onChange({ order })}
        />
        <ChoiceField
          label="Counted"
          path="counting"
          fallback="unique"
          width={18}
          value={query.counting}
          options={COUNTINGS}
          onChange={(counting) => onChange({ counting })}
        />
        <ChoiceField
          label="Entry that counts"
          path="reentry"
          fallback="first"
          width={16}
          value={query.reentry}
          options={REENTRIES}
          onChange={(reentry) => onChange({ reentry })}
        />
        <SwitchField
          label="Successful only"
          path="successOnly"
          value={query.successOnly ?? true}
          onChange={(successOnly) => onChange({ successOnly })}
        />
        <KeyListField
          label="The same at every step"
          path="holdConstant"
          placeholder="Up to three keys"
          value={query.holdConstant ?? []}
          onChange={(keys) => onChange({ holdConstant: keys.length > 0 ? keys : undefined })}
        />
      </Stack>
      <BreakdownFields query={query} onChange={onChange} />
      <ExclusionFields
        exclusions={query.exclusions ?? []}
        steps={query.steps ?? []}
        onChange={(exclusions) => onChange({ exclusions })}
      />
    </Fold>
  );
}

/** What is set, in a few words. */
function summaryOf({
  order,
  counting,
  reentry,
  successOnly,
  holdConstant = [],
  breakdown,
  exclusions = [],
}: ApitrailQueryOf<'funnel'>): string {
  return [
    order && order !== 'ordered' && (order === 'any' ? 'any order' : 'strict order'),
    counting === 'total' && 'every attempt',
    reentry === 'optimised' && 'best entry',
    successOnly === false && 'failed requests too',
    holdConstant.length > 0 && `the same ${holdConstant.join(', ')}`,
    breakdown && `by ${breakdown}`,
    exclusions.length > 0 && plural(exclusions.length, 'exclusion'),
  ]
    .filter(Boolean)
    .join(', ');
}
