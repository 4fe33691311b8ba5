import type { HandlerContext } from '../handler';
import type { UnitQuery } from './units';

/** From which share of rows without a unit on the answer says so beside its numbers. */
const MANY = 0.5;

/** Says when most rows have no unit: what is answered is then about the few others. */
export function noticeWithoutUnit(
  context: HandlerContext,
  { unit, identity }: Pick<UnitQuery, 'unit' | 'identity'>,
  share: number
): void {
  if (share < MANY) {
    return;
  }
  const some = `Only ${((1 - share) * 100).toPrecision(2)} % of the requests in this range have the unit ${unit}: the others are left out.`;
  const found = share === 1 ? `No request in this range has the unit ${unit}.` : some;
  const known = unit === 'customer' && identity === 'strict' ? 'use the identity session, ' : '';
  const other = unit === 'session' ? 'customer' : 'session';
  context.notice('warning', `${found} See whether the logs hold it, ${known}or follow another unit, such as ${other}.`);
}
