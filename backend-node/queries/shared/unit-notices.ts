import type { HandlerContext } from '../handler';

/** From which share of rows without a unit on the answer says so beside its numbers. */
const MANY = 0.5;

/** Says when most rows have no unit: what is answered is then about the few others. */
export function noticeWithoutUnit(
  context: HandlerContext,
  { unit, identity }: { unit: string; identity: 'session' | 'strict' },
  share: number
): void {
  if (share >= MANY) {
    const other =
      unit === 'customer' && identity === 'strict'
        ? 'Use identity session, or another unit'
        : 'Use another unit, such as session';
    context.notice(
      'warning',
      `${Math.round(share * 100)} % of the requests have no ${unit} and are left out. ${other}, or filter for those you mean.`
    );
  }
}
