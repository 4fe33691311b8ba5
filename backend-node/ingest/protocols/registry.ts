import type { Decoder } from '../intake/decoder';
import { datadog } from './datadog/datadog';
import { loki } from './loki/loki';
import { elasticsearch } from './elasticsearch/elasticsearch';
import { lines } from './lines/lines';
import { otlp } from './otlp';
import type { Protocol } from './protocol';
import { replay } from './replay/replay';
import { splunk } from './splunk/splunk';

/** The protocols of the ingest listener. */
export const PROTOCOLS: readonly Protocol[] = [lines, elasticsearch, otlp, splunk, datadog, loki, replay(decoderNamed)];

/** The decoder of a name, as the write-ahead log has it. */
export function decoderNamed(name: string): Decoder | undefined {
  return PROTOCOLS.flatMap(({ decoders }) => decoders).find((decoder) => decoder.name === name);
}
