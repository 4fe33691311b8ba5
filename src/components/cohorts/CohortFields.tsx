import { type TimeZone } from '@grafana/schema';
import { Field, Input, RadioButtonGroup, RadioButtonList, TextArea } from '@grafana/ui';
import React, { useId } from 'react';

import { formatTimeRange } from '../format';
import { type DraftRange, type RangeKind } from './draft-range';

interface Props {
  title: string;
  name: string;
  description: string;
  unit: string;
  kind: RangeKind;
  /** How long `last` is. */
  last: string;
  range: DraftRange;
  timeZone: TimeZone;
  /** What is wrong with the name. */
  fault: string | undefined;
  anyUnit: boolean;
  /** Whether the range cannot be chosen. */
  fixed: boolean;
  onTitle: (title: string) => void;
  onName: (name: string) => void;
  onDescription: (description: string) => void;
  onUnit: (unit: string) => void;
  onKind: (kind: RangeKind) => void;
}

const UNITS = [
  { value: 'customer', label: 'Customers' },
  { value: 'account', label: 'Accounts' },
  { value: 'session', label: 'Sessions' },
];

/** What a person says of a cohort. */
export function CohortFields(props: Props) {
  const { title, name, description, unit, kind, last, range, timeZone, fault, anyUnit, fixed } = props;
  const id = useId();
  const times = formatTimeRange(range.from, range.to, timeZone);
  const kinds: Array<{ value: RangeKind; label: string; description: string }> = [
    {
      value: 'asked',
      label: 'The time range that is asked for',
      description: 'Moves with the dashboard that is filtered',
    },
    { value: 'last', label: `The last ${last}`, description: 'Up to the end of the time range that is asked for' },
    { value: 'fixed', label: times, description: 'Always this time, wherever it is used' },
  ];
  return (
    <>
      {anyUnit && (
        <Field label="Who">
          <RadioButtonGroup options={UNITS} value={unit} onChange={props.onUnit} aria-label="Who" />
        </Field>
      )}
      <Field label="Title">
        <Input
          id={`${id}-title`}
          value={title}
          maxLength={200}
          data-autofocus
          onChange={(event) => props.onTitle(event.currentTarget.value)}
        />
      </Field>
      <Field label="Name" description="What filters and addresses call it." invalid={fault !== undefined} error={fault}>
        <Input
          id={`${id}-name`}
          value={name}
          maxLength={64}
          spellCheck={false}
          onChange={(event) => props.onName(event.currentTarget.value)}
        />
      </Field>
      <Field label="Description">
        <TextArea
          id={`${id}-description`}
          value={description}
          maxLength={2000}
          rows={2}
          onChange={(event) => props.onDescription(event.currentTarget.value)}
        />
      </Field>
      <Field label="Who is in it by" noMargin>
        {fixed ? (
          <p>{times}</p>
        ) : (
          <RadioButtonList name={`${id}-range`} options={kinds} value={kind} onChange={props.onKind} />
        )}
      </Field>
    </>
  );
}
