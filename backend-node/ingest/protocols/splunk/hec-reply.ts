import { plainStatus, type ProtocolReply, type Refusal, type RefusedRequest } from '../protocol';

/** What Splunk’s HTTP Event Collector says, and with which status. */
const HEC = {
  success: [200, 0, 'Success'],
  tokenDisabled: [403, 1, 'Token disabled'],
  tokenRequired: [401, 2, 'Token is required'],
  invalidAuthorization: [401, 3, 'Invalid authorization'],
  invalidToken: [403, 4, 'Invalid token'],
  noData: [400, 5, 'No data'],
  invalidFormat: [400, 6, 'Invalid data format'],
  internalError: [500, 8, 'Internal server error'],
  busy: [503, 9, 'Server is busy'],
  channelMissing: [400, 10, 'Data channel is missing'],
  invalidChannel: [400, 11, 'Invalid data channel'],
  eventRequired: [400, 12, 'Event field is required'],
  eventBlank: [400, 13, 'Event field cannot be blank'],
  invalidFields: [400, 15, 'Error in handling indexed fields'],
  healthy: [200, 17, 'HEC is healthy'],
  queuesFull: [503, 18, 'HEC is unhealthy, queues are full'],
  shuttingDown: [503, 23, 'Server is shutting down'],
  tooLarge: [413, 27, 'Request entity too large'],
} as const satisfies Record<string, readonly [number, number, string]>;

export type HecOutcome = keyof typeof HEC;

/** An answer in Splunk’s form. */
export function hecReply(outcome: HecOutcome, more: Record<string, unknown> = {}): ProtocolReply {
  const [status, code, text] = HEC[outcome];
  return { status, body: JSON.stringify({ text, code, ...more }) };
}

/** Says no in Splunk’s form. What is to be sent again has 503, which its clients try again on. */
export function hecRefusal(refusal: Refusal, request: RefusedRequest): ProtocolReply {
  const { code, status, message, where, retryAfterSeconds } = refusal;
  switch (code) {
    case 'APITRAIL_UNAUTHENTICATED':
      return hecReply(missingOrWrong(request.header('authorization')));
    case 'APITRAIL_FORBIDDEN':
      // A host or an origin that is not answered to says nothing of the token.
      return where === 'Authorization' ? hecReply('tokenDisabled') : said(403, message);
    case 'APITRAIL_TOO_MANY_ATTEMPTS':
      // Splunk's clients try 503 again for ever, and a token does not get better by that.
      return hecReply(missingOrWrong(request.header('authorization')));
    case 'APITRAIL_IDEMPOTENCY_MISMATCH':
      return said(plainStatus(refusal), message);
    case 'APITRAIL_BODY_TOO_LARGE':
      return hecReply('tooLarge');
    case 'APITRAIL_BAD_BODY':
    case 'APITRAIL_BAD_REQUEST':
      return hecReply('invalidFormat');
    case 'APITRAIL_STOPPING':
      return hecReply('shuttingDown');
  }
  if (retryAfterSeconds !== undefined) {
    return hecReply('busy');
  }
  return status >= 500 ? hecReply('internalError') : said(status, message);
}

/** What Splunk has no words for. */
function said(status: number, text: string): ProtocolReply {
  return { status, body: JSON.stringify({ text, code: HEC.invalidFormat[1] }) };
}

function missingOrWrong(authorization: string | undefined): HecOutcome {
  if (authorization === undefined) {
    return 'tokenRequired';
  }
  return /^(splunk|basic|bearer) +\S/i.test(authorization) ? 'invalidToken' : 'invalidAuthorization';
}
