import { type CohortClient, type MemberFormat, type MemberRange } from './cohort-client';

/** Lets the browser keep who is in a cohort as a file. Throws why there is none. */
export async function downloadMembers(
  client: CohortClient,
  name: string,
  format: MemberFormat,
  range?: MemberRange
): Promise<void> {
  const url = URL.createObjectURL(await client.members(name, format, range));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.${format}`;
  document.body.append(link);
  link.click();
  link.remove();
  // The browser begins to read it after the click was handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
