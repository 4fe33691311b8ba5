import { type FunnelMarker } from '@apitrail/contract';

const NAMES: Readonly<Record<string, string>> = { customer: 'customers', session: 'sessions', account: 'accounts' };

/** What a funnel counts, in the plural: customers, attempts, values of `cart_id`. */
export function unitNameOf({ unit, counting }: Pick<FunnelMarker, 'unit' | 'counting'>): string {
  return counting === 'total' ? 'attempts' : (NAMES[unit] ?? `values of ${unit.replace(/^attributes\./, '')}`);
}
