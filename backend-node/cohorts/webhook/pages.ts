import type { Cohort } from '@apitrail/contract';

/**
 * What a page does: `members` says who all is in the cohort, in the place of whom the receiver has; `add_members` and `remove_members`
 * say who came and who went since.
 */
export type PageAction = 'members' | 'add_members' | 'remove_members';

/** A page as it is posted. */
export interface MembersPage {
  action: PageAction;
  parameters: {
    apitrail_cohort_id: string;
    apitrail_cohort_name: string;
    apitrail_cohort_description: string;
    /** The same on all pages that belong together. */
    apitrail_session_id: string;
    /** How many pages there are, and which one this is, from 1. */
    page_info: { total_pages: number; page_count: number };
    /** Each with its value under the name of the cohort’s unit, such as `customer`, and as `apitrail_id`. */
    members: Array<Record<string, string>>;
  };
}

/** Members in pages; one without members where there are none. */
export function* pagesOf(
  cohort: Pick<Cohort, 'name' | 'title' | 'description' | 'unit'>,
  action: PageAction,
  members: readonly string[],
  { session, size }: { session: string; size: number }
): Generator<MembersPage> {
  const total = Math.max(1, Math.ceil(members.length / size));
  for (let page = 1; page <= total; page++) {
    const part = members.slice((page - 1) * size, page * size);
    yield {
      action,
      parameters: {
        apitrail_cohort_id: cohort.name,
        apitrail_cohort_name: cohort.title ?? cohort.name,
        apitrail_cohort_description: cohort.description ?? '',
        apitrail_session_id: session,
        page_info: { total_pages: total, page_count: page },
        members: part.map((member) => ({ apitrail_id: member, [cohort.unit]: member })),
      },
    };
  }
}
