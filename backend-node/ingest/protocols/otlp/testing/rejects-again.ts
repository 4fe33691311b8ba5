import type { DecodeContext, Decoded, Decoder } from '../../../intake/decoder';

/** What a decoder gave, where of rejects their text, which is another in each encoding, is what comes of reading it again. */
export function withRejectsAgain(decoder: Decoder, decoded: Decoded, context: DecodeContext): object {
  const rejects = decoded.rejects.map(({ text, ...reject }) => {
    const { records, rejects: again } =
      decoder.decodeItem?.(text, context) ?? decoder.decode(Buffer.from(text), context);
    return { ...reject, again: { records, reasons: again.map(({ reason }) => reason) } };
  });
  // What texts take in memory is another in each encoding, too.
  return { ...decoded, memory: undefined, rejects };
}
