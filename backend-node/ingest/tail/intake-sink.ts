import { rowsOf } from '../intake/decoder';
import type { LocalIntake } from '../send/local-intake';
import { lineDecoder } from '../protocols/lines/line-decoder';
import type { Extent } from './follower';
import { lineParamsOf, type LineContext } from './http-sink';
import { deliveredBefore, type Delivery, type Sink } from './sink';

/** Puts logs into a lake that no companion serves. */
export class IntakeSink implements Sink {
  constructor(
    private readonly intake: LocalIntake,
    readonly name: string,
    private readonly context: LineContext
  ) {}

  get retries(): number {
    return this.intake.retries;
  }

  async send(extent: Extent, path: string, signal: AbortSignal): Promise<Delivery> {
    const params = lineParamsOf(extent, path, this.context);
    const receivedAt = Date.now() * 1000;
    const decoded = lineDecoder.decode(extent.body, { params, receivedAt });
    const rows = rowsOf(decoded);
    const { length: rejected } = decoded.rejects;
    if (rows + rejected === 0) {
      return { rows, rejected, repeated: false };
    }
    const batch = {
      decoder: lineDecoder.name,
      params,
      body: extent.body,
      receivedAt,
      from: '',
      idempotencyKey: extent.key,
    };
    try {
      const { repeated } = await this.intake.submit(batch, decoded, signal);
      return { rows, rejected, repeated };
    } catch (error) {
      return deliveredBefore(error);
    }
  }

  close(): Promise<void> {
    return this.intake.close();
  }
}
