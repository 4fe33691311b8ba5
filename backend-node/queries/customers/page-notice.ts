import type { CustomersQuery } from '@apitrail/contract';

import type { HandlerContext } from '../handler';

/** Says which rows of how many are shown, where not all are. */
export function noticePage(
  context: HandlerContext,
  { offset }: Pick<CustomersQuery, 'offset'>,
  shown: number,
  total: number,
  others = 'limit and offset choose others'
): void {
  if (shown === total) {
    return;
  }
  const rows =
    shown === 0 ? 'None' : `${(offset + 1).toLocaleString('en')} to ${(offset + shown).toLocaleString('en')}`;
  context.notice('info', `${rows} of ${total.toLocaleString('en')} are shown; ${others}.`);
}
