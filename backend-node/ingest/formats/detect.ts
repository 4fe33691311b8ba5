import type { Format } from './format';
import type { Mapping } from './mapping';
import { FORMATS, formatNamed } from './registry';

/** What `--format auto` found. */
export interface Detection {
  format: Format;
  /** Share of the sample that fits, 0 to 1. */
  confidence: number;
  /** What else was seen, for people. */
  variant?: string;
}

/**
 * The format that fits most of a sample of lines; undefined when not one line fits any. With a mapping the names of fields
 * say nothing: JSON begins with a brace, and of delimited text the delimiter is looked for.
 */
export function detectFormat(sample: readonly string[], mapping?: Mapping): Detection | undefined {
  if (mapping) {
    const first = sample[0] ?? '';
    const name = first.startsWith('{')
      ? 'json'
      : (mapping.delimiter ?? (first.includes('\t') ? '\t' : ',')) === '\t'
        ? 'tsv'
        : 'csv';
    return { format: formatNamed(name), confidence: 1 };
  }
  let best: Detection | undefined;
  for (const format of FORMATS) {
    const confidence = format.detect(sample);
    if (confidence > (best?.confidence ?? 0)) {
      best = { format, confidence };
    }
  }
  const variant = best?.format.variant?.(sample);
  return best && variant ? { ...best, variant } : best;
}
