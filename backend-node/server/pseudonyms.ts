import { createPseudonymiser, type PrivacyConfig, type PseudonymField, type Pseudonymiser } from '../ingest/privacy';

const FIELDS: ReadonlySet<string> = new Set<PseudonymField>(['customer', 'account', 'session', 'object_id']);

/** What else the stored value of a key may be, given what a person wrote. */
export type Pseudonyms = (key: string, value: string) => string[];

/**
 * Lets a person filter by the id they know where the lake has its pseudonym. The key is made by the first import, maybe
 * after the companion was started, so it is looked for until it is there. Asking never makes one.
 */
export class PseudonymSource {
  private pseudonymiser: Pseudonymiser | undefined;

  constructor(private readonly privacy: Pick<PrivacyConfig, 'key_file'>) {}

  /** Throws APITRAIL_BAD_CONFIG when there is a key file that cannot be used. */
  async current(): Promise<Pseudonyms> {
    this.pseudonymiser ??= await createPseudonymiser(this.privacy, { create: false });
    const { pseudonymiser } = this;
    return (key, value) =>
      pseudonymiser && FIELDS.has(key) ? [pseudonymiser.pseudonym(key as PseudonymField, value)] : [];
  }
}
