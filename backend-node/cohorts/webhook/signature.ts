import { createHmac } from 'node:crypto';

/** Headers that say when a body was sent and prove that whoever sent it has the secret. */
export const SIGNATURE_HEADERS = { timestamp: 'x-apitrail-timestamp', signature: 'x-apitrail-signature' } as const;

/** The signature of a body: `v1=` and the HMAC-SHA256 of the timestamp (seconds since the epoch), a dot and the body, in hex. */
export function signatureOf(secret: string, timestamp: number, body: string): string {
  return `v1=${createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex')}`;
}
