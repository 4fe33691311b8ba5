import { z } from 'zod';

import type { Intake } from '../../intake/intake';
import type { ProtocolReply, ProtocolRequest } from '../protocol';
import { hecReply } from './hec-reply';

const MOST_ACKS = 100_000;
const acksSchema = z.object({ acks: z.array(z.number().int().nonnegative()).max(MOST_ACKS) });
const CHANNEL = /^[\x21-\x7e]{1,128}$/;

/** The channel a client sends in; null when what it names cannot be one. Clients that want acknowledgements have one. */
export function channelOf(request: ProtocolRequest): string | undefined | null {
  const channel = request.header('x-splunk-request-channel') ?? request.query.channel;
  return channel === undefined ? undefined : CHANNEL.test(channel) ? channel : null;
}

/**
 * Says which acknowledgement ids stand for what is kept. An id is the number of its batch in the write-ahead log, given only
 * when that was on the disk: so nothing has to be remembered, and ids hold across restarts.
 */
export function answerAcks(request: ProtocolRequest, intake: Intake): ProtocolReply {
  const channel = channelOf(request);
  if (!channel) {
    return hecReply(channel === null ? 'invalidChannel' : 'channelMissing');
  }
  const asked = acksSchema.safeParse(parsed(request.body));
  if (!asked.success) {
    return hecReply('invalidFormat');
  }
  const acks = Object.fromEntries(asked.data.acks.map((id) => [String(id), id <= intake.durableSeq]));
  return { status: 200, body: JSON.stringify({ acks }) };
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
