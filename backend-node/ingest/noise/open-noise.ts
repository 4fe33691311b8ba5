import { createPseudonymiser, type PrivacyConfig } from '../privacy';
import type { NoiseConfig } from './config';
import { NoisePolicy } from './noise-policy';

/** The rules of the configuration, ready; undefined when there is none. Makes the key of pseudonyms when rules sample. */
export async function openNoise(
  { rules }: NoiseConfig,
  { privacy, lake }: { privacy: PrivacyConfig; lake: string }
): Promise<NoisePolicy | undefined> {
  if (rules.length === 0) {
    return undefined;
  }
  const samples = rules.some(({ action }) => action === 'sample');
  const pseudonymiser = samples ? await createPseudonymiser(privacy, { lake }) : undefined;
  return new NoisePolicy(rules, (unit) => pseudonymiser!.keyedHash('sample', unit));
}
