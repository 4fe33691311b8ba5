import type { RowPipeline } from '../hot/row-pipeline';
import { Breath } from '../rows/breathe';
import type { Wal } from '../wal';
import type { Batch } from './batch';
import type { IngestCounters } from './counters';
import { rowsOf, type Decoded, type Decoder } from './decoder';
import type { ReplayMark } from './replay-mark';
import { hashedNames, rememberNames, weightOf } from './durable-intake';
import type { KeyHasher, KnownKeys } from './known-keys';
import { decodeBatch } from './stored-batch';

export interface RecoverOptions {
  wal: Pick<Wal, 'replay' | 'noteAge'>;
  /** Last batch that is in the lake. */
  committed: number;
  pipeline: RowPipeline;
  keys: KnownKeys;
  hasher: KeyHasher;
  decoderNamed: (name: string) => Decoder | undefined;
  counters: IngestCounters;
  /** Where it is noted which batch is being read again. */
  mark: ReplayMark;
}

/**
 * Takes in again what the write-ahead log has and no commit: the same bodies, the same decoders, the same records. Rows of
 * hot files that are still there are not made again; what came with them is only remembered.
 */
export async function recoverBatches(options: RecoverOptions): Promise<void> {
  const { wal, committed, pipeline, keys, hasher, counters, mark } = options;
  const began = performance.now();
  const breath = new Breath();
  for await (const { seq, payload } of wal.replay(committed)) {
    const { batch, known } = decodeBatch(payload);
    wal.noteAge(seq, Date.now() - batch.receivedAt / 1000);
    const { decoded, dead } = (await mark.begin(seq, batch.body.length))
      ? decodeAgain(batch, options)
      : { decoded: NOTHING, dead: 'the process ended twice while it was read again' };
    rememberNames(keys, hashedNames(hasher, batch, decoded), known, seq);
    const durableAt = performance.now();
    await pipeline.replay({
      seq,
      batch,
      decoded,
      known,
      weight: 0,
      bytes: weightOf(batch, decoded),
      again: true,
      durableAt,
      ...(dead === undefined ? {} : { dead }),
    });
    counters.recovered.batches++;
    counters.recovered.rows += rowsOf(decoded) - known.length;
    if (breath.due) {
      await breath.take();
    }
  }
  await pipeline.replayed();
  await mark.end();
  if (mark.setAside.length > 0) {
    counters.onSetAside(mark.setAside);
  }
  counters.recovered.seconds = (performance.now() - began) / 1000;
}

const NOTHING: Decoded = { records: [], rejects: [] };

function decodeAgain(batch: Batch, { decoderNamed }: RecoverOptions): { decoded: Decoded; dead?: string } {
  const decoder = decoderNamed(batch.decoder);
  if (!decoder) {
    return { decoded: NOTHING, dead: `this Apitrail has no decoder ${batch.decoder}` };
  }
  try {
    const { params, receivedAt } = batch;
    return { decoded: decoder.decode(batch.body, { params, receivedAt }) };
  } catch (error) {
    return { decoded: NOTHING, dead: `its body cannot be read again: ${(error as Error).message}` };
  }
}
