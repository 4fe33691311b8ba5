import React from 'react';
import { css } from '@emotion/css';
import { type AdHocVariableFilter, type GrafanaTheme2, type TimeRange } from '@grafana/data';
import { IconButton, RadioButtonGroup, Tag, TimeRangeInput, ToolbarButton, useStyles2 } from '@grafana/ui';

import { VIEWS } from '../views';

/** What stands beside the views: the saved cohorts, at `/cohorts`, and the forms of the data source, at `/editor`. */
export const COHORTS_VIEW = 'cohorts';
export const EDITOR_VIEW = 'editor';

const PAGES = [
  ...VIEWS.map(({ id, title }) => ({ value: id, label: title })),
  { value: COHORTS_VIEW, label: 'Cohorts' },
  { value: EDITOR_VIEW, label: 'Editors' },
];

/** Goes to a page that is chosen, with the theme of this one. */
export function openPage(id: string, isDark: boolean): void {
  const theme = `theme=${isDark ? 'dark' : 'light'}`;
  location.assign(id === COHORTS_VIEW || id === EDITOR_VIEW ? `/${id}?${theme}` : `/?view=${id}&${theme}`);
}

const NO_FILTERS: AdHocVariableFilter[] = [];

interface Props {
  view: string;
  isDark: boolean;
  timeRange: TimeRange;
  timezone: string;
  /** Of the whole page; absent where a page has none. */
  filters?: AdHocVariableFilter[];
  onView: (view: string) => void;
  onTheme: () => void;
  onTimeRange: (range: TimeRange) => void;
  onRemoveFilter?: (index: number) => void;
  onRefresh: () => void;
}

export function Toolbar(props: Props) {
  const styles = useStyles2(getStyles);
  return (
    <header className={styles.bar}>
      <h1 className={styles.title}>Apitrail playground</h1>
      <nav aria-label="Page" className={styles.pages}>
        <RadioButtonGroup options={PAGES} value={props.view} onChange={props.onView} />
      </nav>
      <div className={styles.filters} role="group" aria-label="Filters">
        {(props.filters ?? NO_FILTERS).map(({ key, operator, value }, index) => (
          <span key={`${key}${operator}${value}`} className={styles.filter}>
            <Tag name={`${key} ${operator} ${value}`} colorIndex={9} />
            <IconButton
              name="times"
              aria-label={`Remove the filter on ${key}`}
              onClick={() => props.onRemoveFilter?.(index)}
            />
          </span>
        ))}
      </div>
      <div className={styles.right}>
        <div className={styles.range} title={rangeText(props.timeRange)}>
          <TimeRangeInput value={props.timeRange} timeZone={props.timezone} onChange={props.onTimeRange} />
        </div>
        <ToolbarButton icon="sync" aria-label="Ask again" onClick={props.onRefresh} />
        <ToolbarButton onClick={props.onTheme}>{props.isDark ? 'Light theme' : 'Dark theme'}</ToolbarButton>
      </div>
    </header>
  );
}

/** The whole range, where there is no room for it. */
function rangeText({ from, to }: TimeRange): string {
  const text = (time: TimeRange['from']) => time.toDate().toISOString().slice(0, 19).replace('T', ' ');
  return `${text(from)} to ${text(to)} UTC`;
}

const getStyles = (theme: GrafanaTheme2) => ({
  bar: css({
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    gap: theme.spacing(1, 2),
    padding: theme.spacing(1, 2),
    background: theme.colors.background.primary,
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    position: 'sticky',
    top: 0,
    zIndex: theme.zIndex.navbarFixed,
    // On a narrow window it is as high as a quarter of it, and would cover what the focus comes to.
    [theme.breakpoints.down('sm')]: { position: 'static' },
  }),
  title: css({ ...theme.typography.h5, margin: 0 }),
  // There are more pages than a narrow window is wide.
  pages: css({ maxWidth: '100%', '& [role="radiogroup"]': { flexWrap: 'wrap' } }),
  filters: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5), flexGrow: 1 }),
  filter: css({ display: 'inline-flex', alignItems: 'center', gap: theme.spacing(0.25) }),
  // The text of a range is longer than a narrow window is wide.
  range: css({
    maxWidth: '100%',
    '& button': { maxWidth: `calc(100vw - ${theme.spacing(4)})`, overflow: 'hidden' },
    '& button span': { minWidth: 0, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  }),
  right: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(1),
    alignItems: 'center',
    minWidth: 0,
    '& > *': { maxWidth: '100%' },
  }),
});
