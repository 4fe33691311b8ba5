/** Groups that every customer is told to be in or not, whatever cohorts are saved. */
export const BUILT_IN_SEGMENTS = {
  new: 'First seen within the last 7 days, and not at the very begin of what profiles look at.',
  returning: 'More than one session.',
  at_risk: 'Health below 70.',
  hit_by_errors: 'A request that failed, not for the client’s own fault, within the last 24 hours.',
  abandoned: 'A session that ended with such a failure.',
  quiet: 'Silent for more than four of its own usual pauses.',
} as const;
export type BuiltInSegment = keyof typeof BUILT_IN_SEGMENTS;
/** One of those, or a saved cohort. */
export type Segment = BuiltInSegment | `cohort:${string}`;

/** A request that failed, not for the client's own fault. */
export interface ProfileFailure {
  /** ISO 8601. */
  time: string;
  service: string | null;
  method: string | null;
  route: string | null;
  status: number | null;
  error_group: string | null;
}

/** What is told of a customer in the path of a request. Times are ISO 8601. */
export interface Profile {
  /** As it is stored: a pseudonym, unless the policy keeps ids. */
  customer: string;
  account: string | null;
  /** Up to when requests were looked at. */
  as_of: string;
  segments: Segment[];
  /** 0 to 100, and what each part took of it, 0 to 1, as in the query type `customers`. */
  health: number;
  parts: { failures: number; slowness: number; abandoned: number; recency: number };
  requests: number;
  sessions: number;
  errors: number;
  first_seen: string;
  last_seen: string;
  /** The last first. */
  last_failures: ProfileFailure[];
}
