import { sql } from '../../engine/sql';
import type { HandlerContext } from '../handler';

/** The newest data there is, or the present if that is earlier, microseconds: what comes after it may still happen. */
export async function newestOf(context: HandlerContext): Promise<number> {
  const { snapshot, now } = context;
  const newest = snapshot.newest ?? (await newestRow(context));
  return Math.round(Math.min(newest ?? now, now) * 1000);
}

async function newestRow(context: HandlerContext): Promise<number | null> {
  const relation = context.rows([], {}).relation;
  const table = await context.run(sql`SELECT max(time) FROM ${relation}`);
  return (table.values[0]![0] as number | null) ?? null;
}
