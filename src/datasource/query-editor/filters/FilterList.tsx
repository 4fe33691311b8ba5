import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, FieldValidationMessage, IconButton, Stack, useStyles2 } from '@grafana/ui';
import type { Filter } from '@apitrail/contract';

import { useFieldProblem } from '../editor-context';
import { Picker } from '../fields/Picker';
import { KeyFilterRow } from './KeyFilterRow';
import { lowerFirst } from './lower-first';

interface FilterListProps {
  filters: Filter[];
  onChange: (filters: Filter[]) => void;
  path: string;
  /** What one condition is called, such as "Filter" or "Step 1 filter". */
  name: string;
  /** How many groups the list is inside of. */
  depth?: number;
}

/** As many groups inside groups as a person can read; the contract allows more. */
const DEEPEST = 3;

const GROUPS = [
  { value: 'any' as const, label: 'any of', description: 'at least one holds' },
  { value: 'all' as const, label: 'all of', description: 'every one holds' },
];

/** Conditions that must all hold; groups of which any or all must hold nest inside. */
export function FilterList({ filters, onChange, path, name, depth = 0 }: FilterListProps) {
  const problem = useFieldProblem(path);
  const replace = (index: number, filter: Filter) => onChange(filters.map((old, at) => (at === index ? filter : old)));
  const remove = (index: number) => onChange(filters.filter((_, at) => at !== index));

  return (
    <Stack direction="column" gap={0.5} alignItems="flex-start">
      {filters.map((filter, index) => {
        const common = { name: `${name} ${index + 1}`, path: `${path}[${index}]`, onRemove: () => remove(index) };
        return 'key' in filter ? (
          <KeyFilterRow key={index} {...common} filter={filter} onChange={(next) => replace(index, next)} />
        ) : (
          <FilterGroup key={index} {...common} depth={depth} group={filter} onChange={(next) => replace(index, next)} />
        );
      })}
      <Stack direction="row" gap={1} wrap="wrap">
        <Button
          size="sm"
          variant="secondary"
          icon="plus"
          onClick={() => onChange([...filters, { key: '', operator: '=', value: '' }])}
          aria-label={`Add ${lowerFirst(name)}`}
        >
          Filter
        </Button>
        {depth < DEEPEST && (
          <Button
            size="sm"
            variant="secondary"
            fill="text"
            icon="plus"
            onClick={() => onChange([...filters, { any: [{ key: '', operator: '=', value: '' }] }])}
            aria-label={`Add ${lowerFirst(name)} group`}
          >
            Group
          </Button>
        )}
      </Stack>
      {depth === 0 && problem && <FieldValidationMessage>{problem}</FieldValidationMessage>}
    </Stack>
  );
}

type Group = Exclude<Filter, { key: string }>;

interface FilterGroupProps {
  group: Group;
  name: string;
  path: string;
  depth: number;
  onChange: (group: Group) => void;
  onRemove: () => void;
}

function FilterGroup({ group, name, path, depth, onChange, onRemove }: FilterGroupProps) {
  const styles = useStyles2(getStyles);
  const kind = 'any' in group ? 'any' : 'all';
  const inner = 'any' in group ? group.any : group.all;
  return (
    <div className={styles.group} role="group" aria-label={name}>
      <Stack direction="row" gap={0.5} alignItems="center">
        <Picker
          name={`${name} holds when`}
          width={14}
          options={GROUPS}
          value={kind}
          onChange={(next) => onChange(grouped(next, inner))}
        />
        <IconButton name="times" aria-label={`Remove ${lowerFirst(name)}`} tooltip="Remove group" onClick={onRemove} />
      </Stack>
      <FilterList
        filters={inner}
        onChange={(next) => onChange(grouped(kind, next))}
        path={`${path}.${kind}`}
        name={name}
        depth={depth + 1}
      />
    </div>
  );
}

function grouped(kind: 'any' | 'all', filters: Filter[]): Group {
  return kind === 'any' ? { any: filters } : { all: filters };
}

const getStyles = (theme: GrafanaTheme2) => ({
  group: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(0.5),
    paddingLeft: theme.spacing(1),
    borderLeft: `2px solid ${theme.colors.border.medium}`,
  }),
});
