import { decoderNamed } from '../protocols/registry';
import { decodeEntries, REPLAY_DECODER } from '../protocols/replay/replay-decoder';
import { REPLAY_PATH } from '../protocols/replay/replay';
import type { CompanionClient } from '../send/companion-client';
import type { LocalIntake } from '../send/local-intake';
import type { ReplayTarget } from './replay-letters';

/** Tries dead letters again through the companion that serves the lake. */
export function companionTarget(client: CompanionClient, signal: AbortSignal): ReplayTarget {
  return {
    replay: async (body, idempotencyKey) =>
      (await client.post(REPLAY_PATH.slice(1), body, idempotencyKey, signal)) as Awaited<
        ReturnType<ReplayTarget['replay']>
      >,
  };
}

/** Tries dead letters again in this process, of a lake that no companion serves. */
export function localTarget(intake: LocalIntake, signal: AbortSignal): ReplayTarget {
  return {
    replay: async (body, idempotencyKey) => {
      const receivedAt = Date.now() * 1000;
      const { decoded, outcomes } = decodeEntries(body, decoderNamed, receivedAt);
      const records = decoded.records.length;
      if (records + decoded.rejects.length === 0) {
        return { outcomes, records, known: 0 };
      }
      const batch = {
        decoder: REPLAY_DECODER,
        params: {},
        body,
        receivedAt,
        from: '',
        idempotencyKey,
      };
      const receipt = await intake.submit(batch, decoded, signal);
      return { outcomes, records, known: receipt.repeated ? records : receipt.known.length };
    },
  };
}
