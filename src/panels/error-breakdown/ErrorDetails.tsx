import { type TimeZone } from '@grafana/schema';
import { Button, LinkButton, useStyles2, useTheme2 } from '@grafana/ui';
import React from 'react';

import { type Action } from '../../components/actions';
import { changeText, earlierText } from '../../components/change';
import { formatAgo, formatCount, formatShare, formatTime } from '../../components/format';
import { Sparkline, trendLabel } from '../../components/Sparkline';
import { testIds } from '../../components/test-ids';
import { getErrorStyles } from './error-styles';
import { isStructured, remainder } from './error-name';
import { type ErrorGroup, type ErrorsModel } from './model';
import { ownerOf } from '../../components/error-owners';
import { type ErrorRow, groupChange, type Part, partsOf, standingOf } from './rows';

interface Props {
  model: ErrorsModel;
  row: ErrorRow;
  actions: Array<Action | undefined>;
  width: number;
  timeZone: TimeZone;
}

const MOST_PARTS = 6;
const TREND_HEIGHT = 44;

export const DIMENSION_LABELS: Record<string, string> = {
  status: 'Status',
  route: 'Route',
  service: 'Service',
  method: 'Method',
  error_owner: 'Owner',
  error_type: 'Type',
  error_group: 'Group',
};

/** What is in a row: its facts, its parts by status, route and service, its trend, and where to go from here. */
export function ErrorDetails({ model, row, actions, width, timeZone }: Props) {
  const styles = useStyles2(getErrorStyles);
  const theme = useTheme2();
  const { group } = row;
  const color = theme.visualization.getColorByName('semi-dark-orange');
  const times = model.trendTimes;
  const trendWidth = Math.max(120, Math.min(320, width - 56));
  const parts = partsOf(model, row);
  const standing = row.members.length === 1 && !group.other ? standingOf(model, group) : [];
  return (
    <div className={styles.details} data-testid={testIds.errors.details}>
      <div className={styles.blocks}>
        <div className={styles.block}>
          <div className={styles.blockTitle}>What it is</div>
          <Facts model={model} row={row} timeZone={timeZone} />
        </div>
        {group.trend && (
          <div className={styles.block} style={{ minWidth: trendWidth }}>
            <div className={styles.blockTitle}>
              Requests over time{group.earlier?.trend && `, the line ${earlierText(model.timeShift)}`}
            </div>
            <Sparkline
              values={group.trend}
              earlier={group.earlier?.trend && { values: group.earlier.trend, color: theme.colors.text.primary }}
              width={trendWidth}
              height={TREND_HEIGHT}
              color={color}
              label={trendLabel(group.trend, group.earlier && earlierText(model.timeShift), group.earlier?.trend)}
              titleOf={(i) =>
                [
                  times?.[i] === undefined ? '' : `${formatTime(times[i], timeZone)}: `,
                  formatCount(group.trend?.[i]),
                  group.earlier?.trend
                    ? `, ${earlierText(model.timeShift)} ${formatCount(group.earlier.trend[i])}`
                    : '',
                ].join('')
              }
            />
            {times && times.length > 1 && (
              <div className={styles.axis} style={{ width: trendWidth }}>
                <span>{formatTime(times[0], timeZone, 'MM-DD HH:mm')}</span>
                <span>{formatTime(times[times.length - 1], timeZone, 'MM-DD HH:mm')}</span>
              </div>
            )}
          </div>
        )}
        {standing.length > 0 && (
          <div className={styles.block}>
            <div className={styles.blockTitle}>How much of the errors it makes up</div>
            {standing.map(({ dimension, value, share }) => (
              <PartBar
                key={dimension}
                label={`of ${label(dimension).toLowerCase()} ${value}`}
                share={share}
                text={formatShare(share)}
              />
            ))}
          </div>
        )}
        {parts.map(({ dimension, parts: list }) => (
          <Parts key={dimension} title={`By ${label(dimension).toLowerCase()}`} parts={list} dimension={dimension} />
        ))}
      </div>
      <div className={styles.actions}>
        {actions
          .filter((action) => action !== undefined)
          .map((action) =>
            action.href !== undefined ? (
              <LinkButton
                key={action.label}
                size="sm"
                variant="secondary"
                icon={action.icon}
                href={action.href}
                target={action.target}
                onClick={action.run}
              >
                {action.label}
              </LinkButton>
            ) : (
              <Button
                key={action.label}
                size="sm"
                variant="secondary"
                icon={action.icon}
                tooltip={action.disabled ?? action.description}
                disabled={action.disabled !== undefined}
                onClick={action.run}
              >
                {action.label}
              </Button>
            )
          )}
      </div>
    </div>
  );
}

function Facts({ model, row, timeZone }: Pick<Props, 'model' | 'row' | 'timeZone'>) {
  const styles = useStyles2(getErrorStyles);
  const { group, members, dimension } = row;
  const owner = ownerOf(group.values.error_owner);
  const ofAll = model.marker && model.marker.requests > 0 ? group.requests / model.marker.requests : NaN;
  const seen = (time: number) => `${formatTime(time, timeZone)} (${formatAgo(time)})`;
  const facts: Array<[string, string | undefined]> = [
    dimension === undefined
      ? ['Error', isStructured(group) ? remainder(group) : group.title]
      : ['Errors', `${formatCount(members.length)} with ${label(dimension).toLowerCase()} ${group.title}`],
    ...Object.entries(group.values)
      .filter(([name, value]) => value && name !== 'error_owner' && name !== dimension && !group.other)
      .map(([name, value]): [string, string] => [label(name), value ?? '']),
    ['Owner', owner && `${owner.label}: ${owner.meaning.toLowerCase()}`],
    ['State', group.state],
    [
      'Share',
      `${formatShare(group.share)} of the errors${Number.isNaN(ofAll) ? '' : `, ${formatShare(ofAll, 2)} of all requests`}`,
    ],
    ['Requests', group.earlier && compared(group, 'requests', model.timeShift)],
    [
      'Customers',
      group.earlier && !Number.isNaN(group.earlier.customers)
        ? compared(group, 'customers', model.timeShift)
        : undefined,
    ],
    ['First seen', Number.isNaN(group.firstSeen) ? undefined : seen(group.firstSeen)],
    ['Last seen', Number.isNaN(group.lastSeen) ? undefined : seen(group.lastSeen)],
  ];
  return (
    <dl className={styles.facts}>
      {facts.map(([name, value]) =>
        value === undefined ? null : (
          <React.Fragment key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </React.Fragment>
        )
      )}
    </dl>
  );
}

/** A number of a group, what it was, and the change. */
function compared(group: ErrorGroup, of: 'requests' | 'customers', timeShift: string | undefined): string {
  const then = `${earlierText(timeShift)} ${formatCount(group.earlier?.[of])}`;
  return `${formatCount(group[of])}, ${then} (${changeText(groupChange(group, of))})`;
}

function Parts({ title, parts, dimension }: { title: string; parts: Part[]; dimension: string }) {
  const styles = useStyles2(getErrorStyles);
  const shown = parts.slice(0, parts.length > MOST_PARTS ? MOST_PARTS - 1 : MOST_PARTS);
  const rest = parts.slice(shown.length).reduce((sum, part) => sum + part.requests, 0);
  const name = (value: string) => (dimension === 'error_owner' ? (ownerOf(value)?.label ?? value) : value);
  return (
    <div className={styles.block}>
      <div className={styles.blockTitle}>{title}</div>
      {shown.map((part) => (
        <PartBar
          key={part.value}
          label={name(part.value)}
          share={part.share}
          text={`${formatCount(part.requests)} (${formatShare(part.share)})`}
        />
      ))}
      {rest > 0 && (
        <div className={styles.muted}>{`and ${parts.length - shown.length} more with ${formatCount(rest)}`}</div>
      )}
    </div>
  );
}

function PartBar({ label: name, share, text }: { label: string; share: number; text: string }) {
  const styles = useStyles2(getErrorStyles);
  return (
    <div className={styles.part}>
      <span className={styles.cut} title={name}>
        {name}
      </span>
      <span>{text}</span>
      <div className={`${styles.bar} ${styles.partBar}`} aria-hidden>
        <div className={styles.fill} style={{ width: `${Math.min(100, share * 100)}%` }} />
      </div>
    </div>
  );
}

function label(dimension: string): string {
  return DIMENSION_LABELS[dimension] ?? dimension;
}
