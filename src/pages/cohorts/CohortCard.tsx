import { css } from '@emotion/css';
import { type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { type TimeZone } from '@grafana/schema';
import { Alert, Badge, Button, ConfirmModal, Dropdown, LinkButton, Menu, useStyles2 } from '@grafana/ui';
import React, { useId, useState } from 'react';
import { type SavedCohort } from '@apitrail/contract';

import { type CohortClient, MEMBER_FORMATS, type MemberFormat } from '../../components/cohorts/cohort-client';
import { membersPath } from '../../components/cohorts/cohort-links';
import { cohortText, membersText, rangeText, unitText } from '../../components/cohorts/cohort-text';
import { downloadMembers } from '../../components/cohorts/download';
import { forgetCohorts } from '../../components/cohorts/forget-cohorts';
import { DATASOURCE_TYPE, hrefOf, openPath } from '../../components/drill-down';
import { formatTime } from '../../components/format';
import { testIds } from '../../components/test-ids';
import { pushedText } from './pushed-text';
import { useDoing } from './use-doing';

interface Props {
  cohort: SavedCohort;
  uid: string;
  client: CohortClient;
  timeRange: TimeRange;
  timeZone: TimeZone;
  /** Whether the person may push and delete. */
  mayChange: boolean;
  onDeleted: () => void;
}

const FORMATS: Record<MemberFormat, string> = { csv: 'CSV', json: 'JSON', parquet: 'Parquet' };

/** A saved cohort: who is in it, in words and on demand counted, and what can be done with it. */
export function CohortCard({ cohort, uid, client, timeRange, timeZone, mayChange, onDeleted }: Props) {
  const styles = useStyles2(getStyles);
  const id = useId();
  const { name, title, description, unit, range, provisioned } = cohort;
  const [members, setMembers] = useState<{ of: string; count: number }>();
  const [deleting, setDeleting] = useState(false);
  const { doing, told, run } = useDoing();
  const asked = { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() };
  const key = JSON.stringify(asked);
  const datasource = { uid, type: DATASOURCE_TYPE };
  const listed = range && 'from' in range ? { from: range.from, to: range.to } : asked;
  const path = membersPath(cohort, { datasource }, listed);

  return (
    <li className={styles.card} aria-labelledby={id} data-testid={testIds.cohorts.cohort} data-cohort={name}>
      <div className={styles.head}>
        <h2 id={id} className={styles.title}>
          {title ?? name}
        </h2>
        <code className={styles.name}>{name}</code>
        <Badge color="blue" text={unitText(unit)} />
        {provisioned && <Badge color="purple" icon="lock" text="Of apitrail.yaml, read-only" />}
      </div>
      {description && <p className={styles.text}>{description}</p>}
      <p className={styles.text}>
        {cohortText(cohort)}, {rangeText(range, timeZone)}.
      </p>
      <p className={styles.origin}>
        {savedText(cohort, timeZone)}
        <span role="status" className={styles.count} data-testid={testIds.cohorts.count}>
          {members?.of === key ? membersText(members.count, unit) : ''}
        </span>
      </p>
      {told && (
        <Alert severity={told.failed ? 'error' : 'success'} title={told.title} onRemove={told.forget}>
          {told.text}
        </Alert>
      )}
      <div className={styles.buttons} role="group" aria-label={`What can be done with ${name}`}>
        <Button
          size="sm"
          variant="secondary"
          icon={doing === 'count' ? 'spinner' : 'users-alt'}
          disabled={doing !== undefined}
          onClick={() =>
            void run('count', 'Its members could not be counted', async () => {
              setMembers({ of: key, count: await client.count(name, asked) });
            })
          }
        >
          Count members
        </Button>
        <LinkButton
          size="sm"
          variant="secondary"
          icon="list-ul"
          href={hrefOf(path)}
          onClick={(event) => {
            if (!event.ctrlKey && !event.metaKey && !event.shiftKey) {
              event.preventDefault();
              openPath(path);
            }
          }}
        >
          List
        </LinkButton>
        <Dropdown
          overlay={
            <Menu>
              {MEMBER_FORMATS.map((format) => (
                <Menu.Item
                  key={format}
                  label={FORMATS[format]}
                  onClick={() =>
                    void run('export', 'The members were not exported', () =>
                      downloadMembers(client, name, format, asked)
                    )
                  }
                />
              ))}
            </Menu>
          }
        >
          <Button
            size="sm"
            variant="secondary"
            icon={doing === 'export' ? 'spinner' : 'download-alt'}
            disabled={doing !== undefined}
          >
            Export
          </Button>
        </Dropdown>
        {mayChange && (
          <Button
            size="sm"
            variant="secondary"
            icon={doing === 'push' ? 'spinner' : 'upload'}
            disabled={doing !== undefined}
            tooltip="Tells the webhooks of apitrail.yaml that have this cohort who is in it"
            onClick={() =>
              void run('push', 'The webhook was not told', async () => pushedText(await client.push(name), unit))
            }
          >
            Push to webhook
          </Button>
        )}
        {mayChange && !provisioned && (
          <Button
            size="sm"
            variant="destructive"
            fill="outline"
            icon="trash-alt"
            disabled={doing !== undefined}
            onClick={() => setDeleting(true)}
          >
            Delete
          </Button>
        )}
      </div>
      <ConfirmModal
        isOpen={deleting}
        title={`Delete ${title ?? name}`}
        body={`Queries that are filtered by ${name} will be refused. Nothing else is lost: the requests stay.`}
        confirmText="Delete"
        onConfirm={() => {
          setDeleting(false);
          void run('delete', 'The cohort was not deleted', async () => {
            await client.delete(name);
            await forgetCohorts(datasource);
            onDeleted();
          });
        }}
        onDismiss={() => setDeleting(false)}
      />
    </li>
  );
}

/** Where it is from. */
function savedText({ provisioned, updated, updatedBy }: SavedCohort, timeZone: TimeZone): string {
  if (provisioned || updated === undefined) {
    return provisioned ? 'Configured.' : 'Saved.';
  }
  const by = updatedBy ? ` by ${updatedBy}` : '';
  return `Saved${by} on ${formatTime(Date.parse(updated), timeZone)}.`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  card: css({
    padding: theme.spacing(2),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.secondary,
    overflowWrap: 'anywhere',
  }),
  head: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(0.5, 1) }),
  title: css({ ...theme.typography.h4, margin: 0 }),
  name: css({ fontSize: theme.typography.bodySmall.fontSize }),
  text: css({ margin: theme.spacing(1, 0, 0) }),
  origin: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0, 2),
    margin: theme.spacing(1, 0),
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  count: css({ color: theme.colors.text.primary, fontWeight: theme.typography.fontWeightMedium }),
  buttons: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(1) }),
});
