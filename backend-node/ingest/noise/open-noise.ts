import { createPseudonymiser, type PrivacyConfig } from '../privacy';
import type { NoiseConfig } from './config';
import type { JourneyState } from './journeys';
import { NoisePolicy } from './noise-policy';

/**
 * The rules of the configuration, ready; undefined when there is none. Makes the key of pseudonyms when rules sample.
 * `journeys` is what an earlier run had decided.
 */
export async function openNoise(
  { rules }: NoiseConfig,
  { privacy, lake, journeys }: { privacy: PrivacyConfig; lake: string; journeys?: JourneyState | null | undefined }
): Promise<NoisePolicy | undefined> {
  if (rules.length === 0) {
    return undefined;
  }
  const samples = rules.some(({ action }) => action === 'sample');
  const pseudonymiser = samples ? await createPseudonymiser(privacy, { lake }) : undefined;
  return new NoisePolicy(rules, pseudonymiser && ((unit) => pseudonymiser.keyedHash('sample', unit)), journeys);
}
