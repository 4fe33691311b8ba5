import type { AnnotationKind } from './annotations';
import type { Filter } from './filters';
import type { MetricName } from './metrics';
import type { CustomersFunnel, CustomerView, HealthPart } from './queries/customers';
import type { CorrelateExcept, FunnelReason, FunnelView } from './queries/funnel';
import type { PathCounting, PathsFunnel } from './queries/paths';
import type { RetentionInterval, RetentionMode } from './queries/retention';

/** What `meta.custom.apitrail` of every frame holds: which query the frame answers. */
export interface FrameMarker {
  queryType: string;
  dataset: string;
  /** Range of the answer, epoch milliseconds, after alignment where the query aligns it. */
  from: number;
  to: number;
  /** The query's own filters, so that a click on a mark can ask for the requests behind it. */
  filters: Filter[];
  /** Version of the Delta log the answer was read at; absent for external datasets. */
  snapshot?: number;
  /** Share of rows in the range that stand for more than themselves; absent when none does. */
  sampled?: number;
  /** What the answer is compared with; absent when the query has no `timeShift`. */
  comparison?: Comparison;
  /**
   * On frames that hold the earlier time itself and not the asked one: how much earlier, as `comparison.timeShift` says. The
   * frame is otherwise like the one it belongs to.
   */
  shift?: string;
  /** The saved cohorts that filters of the query name, with how many members each has in the asked range. */
  savedCohorts?: CohortMarker[];
  /** On frames of `/api/live`: they hold what came in since the last one, and `from` and `to` say when. */
  live?: true;
}

/** A saved cohort that the query is filtered by. */
export interface CohortMarker {
  name: string;
  unit: string;
  members: number;
}

/** The earlier time an answer is compared with. */
export interface Comparison {
  /** As the query says it: `1w`. */
  timeShift: string;
  /** The earlier range that was read, epoch milliseconds. */
  from: number;
  to: number;
  /**
   * Up to where the asked range is compared, epoch milliseconds: its end, or the present when it is not over yet. `to` is
   * that much earlier.
   */
  until: number;
  /**
   * What to add to a time of a series of the earlier time, which lies over the asked range, to get when that was:
   * milliseconds, below 0. Over a change of the clock within the range it is that of the range's begin.
   */
  diffMs: number;
}

/** Marker of a heatmap frame. */
export interface HeatmapMarker extends FrameMarker {
  queryType: 'heatmap';
  /** `time`, `hour_of_day`, `day_of_week` or a key. */
  x: string;
  /** The keys of a row, or `latency`. */
  y: string[] | 'latency';
  metric: MetricName;
  normalise: 'none' | 'row' | 'column' | 'total';
  timezone: string;
  /** Width of a column in milliseconds where x is `time`. */
  interval?: number;
  /** Every column, in order: the values of `x`. */
  columns: Array<number | string>;
  /**
   * Every row in order, most of `orderBy` first, then those only the earlier time has, `{other}` last. `keys` are the values
   * behind the label.
   */
  rows: Array<{ label: string; keys: Record<string, string | null>; other?: boolean; total: number }>;
  /** What a cell without a row in the frame holds: 0 where the metric counts, null where it says nothing. */
  absent?: 0 | null;
}

/** Marker of a table of endpoints. */
export interface EndpointsMarker extends FrameMarker {
  queryType: 'endpoints';
  groupBy: string[];
  /** Times of the points in `trend`, epoch milliseconds. */
  trendTimes: number[];
}

/** Marker of a funnel frame. What has a default and was left at it may be absent in markers of older companions. */
export interface FunnelMarker extends FrameMarker {
  queryType: 'funnel';
  view: FunnelView;
  /** `customer`, `session`, `account`, or any key of the record. */
  unit: string;
  identity?: 'session' | 'strict';
  /** Conversion window, milliseconds. */
  window: number;
  order: 'ordered' | 'strict' | 'any';
  reentry?: 'first' | 'optimised';
  counting?: 'unique' | 'total';
  successOnly: boolean;
  steps: Array<{ name: string; filters: Filter[]; optional?: boolean | undefined; anchored?: boolean | undefined }>;
  exclusions?: Array<{
    name?: string | undefined;
    filters: Filter[];
    fromStep?: number | undefined;
    toStep?: number | undefined;
    mode: 'cut' | 'remove';
  }>;
  holdConstant?: string[];
  filters: Filter[];
  /** Share of rows in the range, after `filters`, that have no unit and were left out. 0 to 1. */
  rowsWithoutUnit: number;
  /** Key of the breakdown, which also names the column of its values. */
  breakdown?: string;
  attribution?: 'first' | 'last' | 'all' | number;
  /**
   * Values of the breakdown as they are shown, most units that entered first, `{other}` last. `value` is what to filter by, null of
   * attempts without one and of `{other}`, which holds `values` values.
   */
  segments?: FunnelSegment[];
  /** Probability that the interval from `…_low` to `…_high` holds the true share: 0.95. */
  confidence?: number;
  /** Of the view `trend`: from this time on windows are not over, epoch milliseconds; absent when all are. */
  incompleteFrom?: number;
  /** Of the view `trend`: width of a bucket, milliseconds. */
  interval?: number;
  /** Of the view `units`: how many attempts there are, of which a page is shown. */
  total?: number;
  /** Below which `p_value` a change is called significant, with `timeShift`. */
  significance?: number;
  /** Of the view `reasons`: what each row of the frame is about, in their order. */
  reasons?: FunnelReasonMark[];
  /** Of the view `reasons`: per step, counted from 1, and value of the breakdown what its reasons are shares of. */
  reasonSteps?: FunnelReasonStep[];
  /** Of the view `reasons`: how many times a route's usual p95 is slow. */
  slowFactor?: number;
  /** Of the view `correlation`: what each row of the frame is about, in their order. */
  correlated?: Array<{ filters: Filter[] }>;
  /** Of the view `correlation`: what was compared. */
  correlation?: FunnelCorrelation;
}

/** What the view `correlation` compared. */
export interface FunnelCorrelation {
  /** What counts as converting. */
  step: number;
  /** Units that were compared, and those of them that converted. */
  units: number;
  converted: number;
  keys: string[];
  /** How many values were judged, for which `q_value` is corrected; those set apart and left out are none of them. */
  compared?: number;
  /** How many values are necessary, or as good as; 0 where they are compared like the others. */
  necessary?: number;
  /** `correlateExcept` and `correlateNecessary` of the query, where they are given. */
  except?: CorrelateExcept[];
  compareNecessary?: boolean;
  /** How many values that could be compared are left out by `except`; of a key that is left out whole none is counted. */
  leftOut?: number;
}

/** What a row of reasons is about. */
export interface FunnelReasonMark {
  /** The step that was not reached, from 1. */
  step: number;
  reason: FunnelReason;
  /** Value of the breakdown; its index in `segments`. Absent without a breakdown. */
  segment?: number;
  /** Which requests are meant, beside the query's own filters; none where no request is, and of `{other}`. */
  filters: Filter[];
}

/** What the reasons of a step are shares of. */
export interface FunnelReasonStep {
  /** The step that was not reached, from 1. */
  step: number;
  /** Index in `segments`; absent without a breakdown. */
  segment?: number;
  /** Units that got to the step before and not to this one, and cannot any more. */
  dropped: number;
  /** Units that may still get there. */
  pending: number;
  /** Units that got there: the control. */
  converted: number;
}

/** A value that a funnel is broken down by. */
export interface FunnelSegment {
  value: string | null;
  other?: true;
  /** How many values it stands for, of `{other}`. */
  values?: number;
  /** Units that entered. */
  units: number;
}

/** Marker of a frame of paths. */
export interface PathsMarker extends FrameMarker {
  queryType: 'paths';
  /** `customer`, `session`, `account`, or any key of the record. */
  unit: string;
  identity: 'session' | 'strict';
  direction: 'after' | 'before';
  counting: PathCounting;
  sessions: 'gap' | 'id';
  /** Milliseconds. */
  sessionGap: number;
  depth: number;
  rowsPerStep: number;
  collapse: boolean;
  /** Keys whose values name a node. */
  groupBy: string[];
  anchor: Filter[];
  funnel?: PathsFunnel;
  /** How many paths there are, as `counting` counts them. */
  paths: number;
  /** Every node, by step from the first to the last, most first, `{other}` and ends last. */
  nodes: PathNode[];
  /** Share of rows in the range, after `filters`, that have no unit and were left out. 0 to 1. */
  rowsWithoutUnit: number;
}

/** A node of paths. */
export interface PathNode {
  /** 0 is the anchor; above it are the requests after it, below it those before it. */
  step: number;
  /** As `source` and `target` of the links name it; only within a step no other has it. */
  name: string;
  /** Values of `groupBy`, of a node that is requests of one kind. */
  keys?: Record<string, string | null>;
  /** `other` has what is not among the top of the step, the others are ends of paths. */
  kind?: 'other' | 'drop_off' | 'open' | 'start';
  /** How many paths come through it. */
  value: number;
  /** Requests that were made there on these paths, repeats that count as one included; 0 of ends. */
  requests: number;
}

/** Cohorts, beside the numbers in the frame. */
export interface RetentionCohorts {
  /** Start of every cohort, epoch milliseconds, in order. */
  cohorts: number[];
  /** How many units each has. */
  sizes: number[];
  /** Per cohort and column whether the column's time is over for the whole cohort: what is not complete may still rise. */
  complete: boolean[][];
  /** Per column the share that returned of all units of the cohorts for which it is complete; null where there are none. */
  mean: Array<number | null>;
}

/** Marker of a frame of retention. */
export interface RetentionMarker extends FrameMarker, RetentionCohorts {
  queryType: 'retention';
  view: 'cohorts' | 'curve';
  unit: string;
  identity: 'session' | 'strict';
  start: Filter[];
  return: Filter[];
  interval: RetentionInterval;
  mode: RetentionMode;
  alignment: 'calendar' | 'rolling';
  starts: 'every' | 'first';
  metric: 'rate' | 'units';
  timezone: string;
  /** The columns, in order; intervals `from` to before `to` after the start's own, which is 0. */
  columns: Array<{ name: string; label: string; from: number; to: number }>;
  /** With `timeShift` and the view `cohorts`: the same of the cohorts of the earlier time. */
  earlier?: RetentionCohorts;
  /** Share of rows in the range, after `filters`, that have no unit and were left out. 0 to 1. */
  rowsWithoutUnit: number;
}

/** How health was counted: `health = 100 × (1 − Σ weight × part)`. */
export interface HealthRules {
  /** How much of the health each part can take: they sum to 1. */
  weights: Record<HealthPart, number>;
  /** At which share a part is a half: `part = share / (share + half)`. Recency has its own formula. */
  half: Record<Exclude<HealthPart, 'recency'>, number>;
  /** What a failed request counts, by its owner; others count 1. */
  ownerWeights: Record<string, number>;
  /** What shares are shrunk towards, and as how many requests or journeys that counts. */
  prior: {
    requests: number;
    journeys: number;
    visits: number;
    /** Shares of all customers: failures as their owners weigh, slow requests, journeys abandoned. */
    failures: number;
    slowness: number;
    abandoned: number;
    /** Milliseconds between two visits; null when nobody came twice. */
    rhythm: number | null;
  };
}

/** A session that began on an older page of a timeline. */
export interface ContinuedSession {
  /** Null of a visit of requests without a session. */
  session: string | null;
  /** Epoch milliseconds. */
  time: number;
  timeEnd: number;
  /** Of the whole session. */
  requests: number;
  errors: number;
  /** Requests of it on older pages, as far as the `kinds` that were asked for have them. */
  older: number;
}

/** Marker of a frame of customers. */
export interface CustomersMarker extends FrameMarker {
  queryType: 'customers';
  view: CustomerView;
  /** `customer`, `account`, `session`, or any key of the record. It names the column of the customer. */
  unit: string;
  identity: 'session' | 'strict';
  /** The customer that was asked for, as it is stored. */
  customer?: string;
  funnel?: CustomersFunnel;
  /** Of `list` and `outreach`: customers; of `timeline`: rows. A page of them is shown. */
  total?: number;
  /** How many come before the page, in the order that was asked for, also where `before` or `after` chose it. */
  offset?: number;
  limit?: number;
  /** Of `timeline`: `asc` begins with the oldest. */
  direction?: 'asc' | 'desc';
  /**
   * Of `timeline`: what asks for the pages beside this one, each absent where there is none: `older` as `before`, `newer` as `after` of
   * the same query without `offset`.
   */
  cursors?: { older?: string; newer?: string };
  /** Of `timeline`: sessions with requests on this page whose own row is on an older one, in the order of time. */
  continued?: ContinuedSession[];
  /** Of `list`: how many of them are below `threshold`, and how many there are. */
  atRisk?: number;
  threshold: number;
  /** Times of the points in `trend`, epoch milliseconds. */
  trendTimes?: number[];
  /** Absent where no health is told. */
  health?: HealthRules;
  /** Of `timeline`: what of all is in it, whatever page and `kinds` show. */
  counts?: { sessions: number; requests: number; errors: number; journeys: number };
  /** Share of rows in the range, after `filters`, that have no unit and were left out, 0 to 1; absent from a timeline, which reads one customer. */
  rowsWithoutUnit?: number;
}

/** Marker of an errors frame. */
export interface ErrorsMarker extends FrameMarker {
  queryType: 'errors';
  groupBy: string[];
  /** Times of the points in `trend`, epoch milliseconds. */
  trendTimes: number[];
  /** Requests with and without an error in the range, after the filters. */
  requests: number;
  errors: number;
  /** The same of the earlier time, with `timeShift`. */
  previousRequests?: number;
  previousErrors?: number;
}

/** Marker of a frame of annotations. */
export interface AnnotationsMarker extends FrameMarker {
  queryType: 'annotations';
  kind: AnnotationKind[];
}

/** Name of the field that holds what a metric was in the earlier time. */
export function previousName(metric: string): string {
  return `${metric}_previous`;
}

/** Name of the field that holds how much a metric has changed since, as a share of what it was. */
export function changeName(metric: string): string {
  return `${metric}_change`;
}

/** Name of the field of `numeric` that holds by how much a metric differs from what it was. */
export function differenceName(metric: string): string {
  return `${metric}_difference`;
}

/** The marker of a frame's meta, or undefined when the frame is not ours. */
export function markerOf(custom: Record<string, unknown> | undefined): FrameMarker | undefined {
  const marker = custom?.apitrail;
  return marker !== null && typeof marker === 'object' && 'queryType' in marker ? (marker as FrameMarker) : undefined;
}

/** How much earlier than asked the time is that a frame holds: `1w`; undefined of frames that hold the asked time. */
export function earlierBy(custom: Record<string, unknown> | undefined): string | undefined {
  return markerOf(custom)?.shift;
}
