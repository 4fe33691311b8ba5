import React, { useState } from 'react';
import { Button, FieldValidationMessage, IconButton, Label, Stack } from '@grafana/ui';
import { type CorrelateExcept, MOST_CORRELATE_EXCEPT } from '@apitrail/contract';

import { useEditor, useFieldProblem } from '../editor-context';
import { keyOptions } from '../fields/key-options';
import { Picker } from '../fields/Picker';
import { useKeys } from '../fields/use-keys';
import { useValueOptions } from '../filters/use-values';

interface LeftOutFieldsProps {
  except: CorrelateExcept[];
  onChange: (except: CorrelateExcept[]) => void;
}

/** Values and keys that are not compared: what goes with converting and is known already. */
export function LeftOutFields({ except, onChange }: LeftOutFieldsProps) {
  const [isAdding, setAdding] = useState(false);
  const problem = useFieldProblem('correlateExcept');
  return (
    <div role="group" aria-label="Left out">
      <Label description="Values that are not compared, or all values of a key.">Left out</Label>
      <Stack direction="column" gap={0.5} alignItems="stretch">
        {except.map((one, index) => (
          <LeftOutRow
            key={index}
            name={`Left out ${index + 1}`}
            path={`correlateExcept[${index}]`}
            except={one}
            onChange={(next) => onChange(except.map((old, at) => (at === index ? next : old)))}
            onRemove={() => onChange(except.filter((_, at) => at !== index))}
          />
        ))}
        {isAdding ? (
          // Kept from the query until it has a key: one without is none.
          <LeftOutRow
            name={`Left out ${except.length + 1}`}
            onChange={(next) => {
              setAdding(false);
              onChange([...except, next]);
            }}
            onRemove={() => setAdding(false)}
          />
        ) : (
          <div>
            <Button
              size="sm"
              variant="secondary"
              icon="plus"
              disabled={except.length >= MOST_CORRELATE_EXCEPT}
              onClick={() => setAdding(true)}
            >
              Leave out
            </Button>
          </div>
        )}
        {problem && <FieldValidationMessage>{problem}</FieldValidationMessage>}
      </Stack>
    </div>
  );
}

interface LeftOutRowProps {
  /** Such as "Left out 1"; the names of its fields start with it. */
  name: string;
  path?: string;
  except?: CorrelateExcept;
  onChange: (except: CorrelateExcept) => void;
  onRemove: () => void;
}

/** A key, and one of its values or all. */
function LeftOutRow({ name, path, except, onChange, onRemove }: LeftOutRowProps) {
  const { variables } = useEditor();
  const keys = useKeys();
  const key = except?.key ?? '';
  const loadValues = useValueOptions(key);
  const invalid = useFieldProblem(path) !== undefined;
  return (
    <Stack direction="row" wrap="wrap" gap={0.5} alignItems="center">
      <Picker
        name={`${name} key`}
        width={22}
        createCustomValue
        placeholder="Key"
        invalid={invalid}
        options={keyOptions(keys, variables)}
        value={key === '' ? null : key}
        onChange={(next) => onChange({ key: next })}
      />
      {key !== '' && (
        <Picker
          name={`${name} value`}
          width={34}
          createCustomValue
          placeholder={key === 'route' ? 'All; a route, or GET /route' : 'All values'}
          invalid={invalid}
          options={loadValues}
          value={except?.value ?? null}
          onChange={(value) => onChange({ key, value })}
          onClear={() => onChange({ key })}
        />
      )}
      <IconButton
        name="trash-alt"
        tooltip={`Remove ${name.charAt(0).toLowerCase()}${name.slice(1)}`}
        onClick={onRemove}
      />
    </Stack>
  );
}
