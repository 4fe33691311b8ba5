import type { Intake } from '../../intake/intake';
import type { Protocol, ProtocolReply, ProtocolRequest } from '../protocol';
import { batchOf } from '../shared/batch-of';
import { decodeEntries, replayDecoder } from './replay-decoder';

/** Where `apitrail rejects replay` sends dead letters of a lake that a companion serves. */
export const REPLAY_PATH = '/api/rejects/replay';

/** Dead letters that are tried again after a fix. */
export const replay: Protocol = {
  name: 'replay',
  routes: [{ method: 'POST', path: REPLAY_PATH, answer: answerReplay }],
  decoders: [replayDecoder],
  refuse: ({ code, status, message, where }) => ({
    status,
    body: JSON.stringify({ error: { code, message, ...(where ? { where } : {}) } }),
  }),
};

async function answerReplay(request: ProtocolRequest, intake: Intake): Promise<ProtocolReply> {
  const { decoded, outcomes } = decodeEntries(request.body);
  const { records, rejects } = decoded;
  request.note({ records: records.length, rejects: rejects.length });
  const receipt =
    records.length + rejects.length === 0
      ? undefined
      : await intake.submit(batchOf(request, replayDecoder.name), decoded);
  const known = receipt?.repeated ? records.length : (receipt?.known.length ?? 0);
  return { status: 200, body: JSON.stringify({ outcomes, records: records.length, known }) };
}
