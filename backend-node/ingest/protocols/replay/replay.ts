import type { Intake } from '../../intake/intake';
import type { Protocol, ProtocolReply, ProtocolRequest } from '../protocol';
import { batchOf } from '../shared/batch-of';
import { decodeEntries, REPLAY_DECODER, replayDecoder, type DecoderNamed } from './replay-decoder';

/** Where `apitrail rejects replay` sends dead letters of a lake that a companion serves. */
export const REPLAY_PATH = '/api/rejects/replay';

/** Dead letters that are tried again after a fix, by the decoders they came through. */
export const replay = (decoderNamed: DecoderNamed): Protocol => ({
  name: 'replay',
  routes: [
    { method: 'POST', path: REPLAY_PATH, answer: (request, intake) => answerReplay(request, intake, decoderNamed) },
  ],
  decoders: [replayDecoder(decoderNamed)],
  refuse: ({ code, status, message, where }) => ({
    status,
    body: JSON.stringify({ error: { code, message, ...(where ? { where } : {}) } }),
  }),
});

async function answerReplay(
  request: ProtocolRequest,
  intake: Intake,
  decoderNamed: DecoderNamed
): Promise<ProtocolReply> {
  const { decoded, outcomes } = decodeEntries(request.body, decoderNamed, request.receivedAt);
  const { records, rejects } = decoded;
  request.note({ records: records.length, rejects: rejects.length });
  const receipt =
    records.length + rejects.length === 0 ? undefined : await intake.submit(batchOf(request, REPLAY_DECODER), decoded);
  const known = receipt?.repeated ? records.length : (receipt?.known.length ?? 0);
  return { status: 200, body: JSON.stringify({ outcomes, records: records.length, known }) };
}
