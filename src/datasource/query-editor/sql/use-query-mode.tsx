import React, { type ReactNode, useState } from 'react';
import { Alert, Button, Modal, RadioButtonGroup } from '@grafana/ui';
import type { QueryType } from '@apitrail/contract';

import type { ApitrailQuery } from '../../types';
import { FormField } from '../fields/FormField';
import { switchToBuilder, switchToSql, switchType } from './switch-query';
import { isWritable, UnwritableQuery } from './to-sql';

type Mode = 'builder' | 'sql';

interface QueryMode {
  /** The switch between builder and SQL. */
  control: ReactNode;
  /** What has to be decided or mended before a switch; nothing most of the time. */
  notice: ReactNode;
  /** Makes the query one of another type. */
  chooseType: (type: QueryType) => void;
}

interface Options {
  /** Dashboard variables as they are written: `$service`. */
  variables: readonly string[];
  timezone: string;
  onChange: (query: ApitrailQuery) => void;
}

const MODES: Array<{ value: Mode; label: string; description: string }> = [
  { value: 'builder', label: 'Builder', description: 'Fields that say what is asked.' },
  { value: 'sql', label: 'SQL', description: 'The same question as SQL that can be edited.' },
];

/** Whether a query is asked with fields or in SQL, and the way from one to the other that loses nothing written. */
export function useQueryMode(query: ApitrailQuery, { variables, timezone, onChange }: Options): QueryMode {
  const [choice, setChoice] = useState<{ written: ApitrailQuery; anew: ApitrailQuery }>();
  const [problem, setProblem] = useState<string>();
  const mode: Mode = query.queryType === 'sql' ? 'sql' : 'builder';

  const apply = (next: ApitrailQuery) => {
    setChoice(undefined);
    setProblem(undefined);
    onChange(next);
  };
  const toSql = () => {
    try {
      const context = { variables: new Set(variables.map((name) => name.replace(/^\$/, ''))), timezone };
      const switched = switchToSql(query, context);
      if ('query' in switched) {
        apply(switched.query);
      } else {
        setChoice(switched);
      }
    } catch (error) {
      if (!(error instanceof UnwritableQuery)) {
        throw error;
      }
      setProblem(error.message);
    }
  };
  const chooseType = (type: QueryType) => {
    if (type === query.queryType) {
      return;
    }
    if (type === 'sql' && isWritable(query.queryType)) {
      toSql();
    } else if (mode === 'sql') {
      apply(switchToBuilder(query, type));
    } else {
      apply(switchType(query, type));
    }
  };

  return {
    chooseType,
    control: (
      <FormField label="Written as">
        {({ id }) => (
          <RadioButtonGroup
            id={id}
            aria-label="Written as"
            options={MODES}
            value={mode}
            disabledOptions={mode === 'builder' && !isWritable(query.queryType) ? ['sql'] : []}
            onChange={(next) => (next === 'sql' ? toSql() : apply(switchToBuilder(query)))}
          />
        )}
      </FormField>
    ),
    notice: (
      <>
        {problem && (
          <Alert
            severity="warning"
            title="This query cannot be written as SQL yet"
            onRemove={() => setProblem(undefined)}
          >
            {problem}
          </Alert>
        )}
        {choice && (
          <Modal isOpen title="Which SQL?" onDismiss={() => setChoice(undefined)}>
            <p>
              The builder was changed since you edited the SQL of this query. Your SQL is still there; writing it anew
              from the builder discards it.
            </p>
            <Modal.ButtonRow>
              <Button variant="secondary" fill="outline" onClick={() => setChoice(undefined)}>
                Stay in the builder
              </Button>
              <Button variant="destructive" onClick={() => apply(choice.anew)}>
                Discard mine, write anew
              </Button>
              <Button onClick={() => apply(choice.written)}>Keep my SQL</Button>
            </Modal.ButtonRow>
          </Modal>
        )}
      </>
    ),
  };
}
