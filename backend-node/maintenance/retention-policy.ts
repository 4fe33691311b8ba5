import { parseDuration } from '@apitrail/contract';

import type { RetentionPolicy } from '../lake/maintenance/retention';
import type { RetentionConfig } from './config';

/** The policy that the configuration asks for. */
export function policyOf({ age, size }: RetentionConfig): RetentionPolicy {
  return { ageMs: age === undefined ? undefined : parseDuration(age), bytes: size };
}
