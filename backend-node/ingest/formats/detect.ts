import { FORMATS } from './registry';
import type { Format } from './format';

/** What `--format auto` found. */
export interface Detection {
  format: Format;
  /** Share of the sample that fits, 0 to 1. */
  confidence: number;
  /** What else was seen, for people. */
  variant?: string;
}

/** The format that fits most of a sample of lines; undefined when not one line fits any. */
export function detectFormat(sample: readonly string[]): Detection | undefined {
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
