import { type RawTimeRange } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { type AdHocFilterItem, Alert, Button, Modal } from '@grafana/ui';
import React, { useCallback, useMemo, useState } from 'react';
import { type CohortInput, parseDuration, type SavedCohort } from '@apitrail/contract';

import { testIds } from '../test-ids';
import { CohortClient } from './cohort-client';
import { type CohortDraft } from './cohort-draft';
import { nameFault, nameFor } from './cohort-name';
import { cohortText } from './cohort-text';
import { CohortFields } from './CohortFields';
import { countDraft } from './count-draft';
import { cohortRange, lastOf, usualRange } from './draft-range';
import { DraftCountLine } from './DraftCountLine';
import { forgetCohorts } from './forget-cohorts';
import { SavedNext } from './SavedNext';
import { messageOf, useLoaded } from './use-loaded';

interface Props {
  draft: CohortDraft;
  /** Of the dashboard, as it is written. */
  raw: RawTimeRange;
  timeZone: TimeZone;
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onClose: () => void;
}

/** The form that saves who is behind a mark under a name, and then what can be done with it. */
export function SaveCohortDialog({ draft, raw, timeZone, onAddAdHocFilter, onClose }: Props) {
  const { target, range } = draft;
  const client = useMemo(() => new CohortClient(target.datasource.uid ?? ''), [target]);
  const existing = useLoaded(useCallback(() => client.list(), [client]));
  const [title, setTitle] = useState(draft.title);
  const [ownName, setName] = useState<string>();
  const [description, setDescription] = useState('');
  const [unit, setUnit] = useState(draft.definition.unit ?? 'customer');
  const [kind, setKind] = useState(() => (draft.fixed ? 'fixed' : usualRange(raw)));
  const [saving, setSaving] = useState(false);
  const [failure, setFailure] = useState<string>();
  const [saved, setSaved] = useState<SavedCohort>();

  const last = lastOf(raw, range);
  const definition = useMemo(() => ({ ...draft.definition, unit }), [draft, unit]);
  const counted = useMemo(
    () => (kind === 'last' ? { from: range.to - parseDuration(last), to: range.to } : range),
    [kind, last, range]
  );
  const count = useLoaded(useCallback(() => countDraft(target, definition, counted), [target, definition, counted]));

  const others = existing.state === 'done' ? existing.value : [];
  const name =
    ownName ??
    nameFor(
      title,
      others.map((one) => one.name)
    );
  const same = others.find((one) => one.name === name);
  const fault =
    nameFault(name) ??
    (same?.provisioned ? 'apitrail.yaml has a cohort of this name, which cannot be saved over.' : undefined);

  const save = async () => {
    setSaving(true);
    setFailure(undefined);
    const cohort: CohortInput = {
      ...definition,
      name,
      ...(title.trim() ? { title: title.trim() } : {}),
      ...(description.trim() ? { description: description.trim() } : {}),
      range: cohortRange(kind, last, range),
    };
    try {
      setSaved(await client.save(cohort));
      void forgetCohorts(target.datasource);
    } catch (error) {
      setFailure(messageOf(error));
    }
    setSaving(false);
  };

  return (
    <Modal title={saved ? 'Cohort saved' : 'Save as cohort'} isOpen onDismiss={onClose}>
      <div data-testid={testIds.cohorts.dialog}>
        {saved ? (
          <SavedNext
            cohort={saved}
            client={client}
            target={target}
            range={range}
            onAddAdHocFilter={onAddAdHocFilter}
            onClose={onClose}
          />
        ) : (
          <form
            onSubmit={(event) => {
              event.preventDefault();
              if (!saving && !fault) {
                void save();
              }
            }}
          >
            <p>{cohortText(definition)}.</p>
            <DraftCountLine count={count} unit={unit} />
            <CohortFields
              {...{ title, name, description, unit, kind, last, range, timeZone }}
              fault={fault}
              anyUnit={draft.anyUnit ?? false}
              fixed={draft.fixed ?? false}
              onTitle={setTitle}
              onName={setName}
              onDescription={setDescription}
              onUnit={setUnit}
              onKind={setKind}
            />
            {same && !fault && (
              <Alert severity="warning" title={`${name} is there already`}>
                Saving replaces it, also where filters and other cohorts name it: {cohortText(same)}.
              </Alert>
            )}
            {failure && (
              <Alert severity="error" title="The cohort was not saved">
                {failure}
              </Alert>
            )}
            <Modal.ButtonRow>
              <Button type="button" variant="secondary" fill="outline" onClick={onClose}>
                Cancel
              </Button>
              <Button type="submit" disabled={saving || fault !== undefined} icon={saving ? 'spinner' : undefined}>
                {same && !fault ? 'Replace' : 'Save'}
              </Button>
            </Modal.ButtonRow>
          </form>
        )}
      </div>
    </Modal>
  );
}
