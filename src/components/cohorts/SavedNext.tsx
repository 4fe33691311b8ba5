import { type AdHocFilterItem, Alert, Button, LinkButton, Modal, Stack } from '@grafana/ui';
import React, { useCallback, useState } from 'react';
import { type SavedCohort } from '@apitrail/contract';

import { type DrillTarget, hrefOf, openPath } from '../drill-down';
import { testIds } from '../test-ids';
import { type CohortClient } from './cohort-client';
import { cohortsHref, membersPath } from './cohort-links';
import { membersText } from './cohort-text';
import { downloadMembers } from './download';
import { messageOf, useLoaded } from './use-loaded';

interface Props {
  cohort: SavedCohort;
  client: CohortClient;
  target: DrillTarget;
  /** Of the mark, epoch milliseconds. */
  range: { from: number; to: number };
  onAddAdHocFilter?: (item: AdHocFilterItem) => void;
  onClose: () => void;
}

/** What can be done with a cohort once it is saved. */
export function SavedNext({ cohort, client, target, range, onAddAdHocFilter, onClose }: Props) {
  const { name, title, unit } = cohort;
  const { from, to } = range;
  const [failure, setFailure] = useState<string>();
  const asked = { from: Math.floor(from), to: Math.ceil(to), ...(target.dataset ? { dataset: target.dataset } : {}) };
  const question = JSON.stringify(asked);
  const members = useLoaded(
    useCallback(() => client.count(name, JSON.parse(question) as typeof asked), [client, name, question])
  );
  const path = membersPath(cohort, target, range);
  return (
    <>
      <p>
        <strong>{title ?? name}</strong> is saved as <code>{name}</code>.
      </p>
      <p role="status" data-testid={testIds.cohorts.count}>
        {members.state === 'loading' && 'Counting its members'}
        {members.state === 'done' && `${membersText(members.value, unit)} in it.`}
        {members.state === 'failed' && `Its members could not be counted: ${members.message}`}
      </p>
      {failure && (
        <Alert severity="error" title="The members were not exported">
          {failure}
        </Alert>
      )}
      <Stack wrap="wrap" gap={1}>
        {onAddAdHocFilter && (
          <Button
            icon="filter"
            onClick={() => {
              onAddAdHocFilter({ key: 'cohort', operator: '=', value: name });
              onClose();
            }}
          >
            Filter the dashboard by it
          </Button>
        )}
        <LinkButton
          icon="users-alt"
          variant="secondary"
          href={hrefOf(path)}
          onClick={(event) => {
            if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
              event.preventDefault();
              onClose();
              openPath(path);
            }
          }}
        >
          List its members
        </LinkButton>
        <Button
          icon="download-alt"
          variant="secondary"
          onClick={() => {
            setFailure(undefined);
            downloadMembers(client, name, 'csv', asked).catch((error) => setFailure(messageOf(error)));
          }}
        >
          Members as CSV
        </Button>
        <LinkButton icon="list-ul" variant="secondary" href={cohortsHref(target.datasource.uid ?? '')}>
          All cohorts
        </LinkButton>
      </Stack>
      <Modal.ButtonRow>
        <Button variant="secondary" fill="outline" onClick={onClose}>
          Done
        </Button>
      </Modal.ButtonRow>
    </>
  );
}
