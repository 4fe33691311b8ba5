import { ApitrailError } from '@apitrail/contract';

import type { Caller } from './gate';

/** Roles of Grafana that may change what others see. */
const EDITORS = new Set(['Editor', 'Admin', 'Grafana Admin']);

/**
 * Refuses to change settings for whoever may only ask: with `keys` the key must have the scope `admin`, and where Grafana says on
 * whose behalf it asks, that must be a person or a service account that may edit there.
 */
export function requireAdmin({ key, identity }: Caller, keys: boolean): void {
  if (keys && !key?.scopes.includes('admin')) {
    throw new ApitrailError(
      'APITRAIL_FORBIDDEN',
      `The key ${key?.name ?? ''} may not change settings: it lacks the scope admin. Make one that has both: apitrail keys add --scope query --scope admin --name NAME.`,
      { where: 'Authorization' }
    );
  }
  if (identity && !((identity.kind === 'user' || identity.kind === 'service') && EDITORS.has(identity.role))) {
    throw new ApitrailError('APITRAIL_FORBIDDEN', 'Only who is an Editor or Admin in Grafana may change this.', {
      where: 'X-Apitrail-Identity',
    });
  }
}
