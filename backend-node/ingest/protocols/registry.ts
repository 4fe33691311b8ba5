import type { Decoder } from '../intake/decoder';
import { otlp } from './otlp';
import type { Protocol } from './protocol';

/** The protocols of the ingest listener. */
export const PROTOCOLS: readonly Protocol[] = [otlp];

/** The decoder of a name, as the write-ahead log has it. */
export function decoderNamed(name: string): Decoder | undefined {
  return PROTOCOLS.flatMap(({ decoders }) => decoders).find((decoder) => decoder.name === name);
}
