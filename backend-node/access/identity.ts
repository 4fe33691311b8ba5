import { ApitrailError } from '@apitrail/contract';
import { z } from 'zod';

/** Header that Grafana's forwarder says in on whose behalf it asks. */
export const IDENTITY_HEADER = 'x-apitrail-identity';

const identitySchema = z.object({
  /** Stable id of who asks, such as `user:2`; empty when nobody is signed in. */
  subject: z.string().max(256).default(''),
  /** Grafana role, the lesser of what its token and its plugin context say. */
  role: z.string().max(64).default(''),
  orgId: z.coerce.number().int().nonnegative().optional(),
  /**
   * `service` is a service account, `alert` the alerting scheduler, `public` a public dashboard. Grafana presents the last
   * two as Admin; they are not.
   */
  kind: z.enum(['user', 'service', 'alert', 'public', 'anonymous']),
  /** What the caller says of itself, such as a dashboard. A viewer can forge it: for the trail, never for rights. */
  trail: z.record(z.string().max(64), z.string().max(256)).optional(),
});

/** Who a request is asked for, as Grafana's forwarder said it. */
export type Identity = z.output<typeof identitySchema>;

const MAX_BYTES = 4096;

/**
 * Reads the identity header (JSON, characters beyond ASCII as \u escapes); undefined when it is absent.
 * Call it only for a request whose key was verified, or in no-auth: the header alone proves nothing.
 */
export function readIdentity(header: string | string[] | undefined): Identity | undefined {
  if (header === undefined) {
    return undefined;
  }
  if (typeof header === 'string' && header.length <= MAX_BYTES) {
    try {
      return identitySchema.parse(JSON.parse(header));
    } catch {
      // Falls through to the one refusal.
    }
  }
  throw new ApitrailError(
    'APITRAIL_BAD_REQUEST',
    'The identity header is not JSON of the form {"subject":"user:2","role":"Viewer","orgId":1,"kind":"user"}.',
    { where: 'X-Apitrail-Identity' }
  );
}
