import { attributeProtector } from './attributes';
import type { PrivacyConfig } from './config';
import { textProtector } from './free-text';
import type { PseudonymField, Pseudonymiser } from './pseudonymiser';
import { userAgentFamily } from './user-agent';
import { canonicalAddress, cutAddress } from '../normalise/address';
import type { RequestRecord } from '../normalise/request-record';

const REMEMBERED = 100_000;
const LONGEST_REMEMBERED = 512;

/** Remembers what a function gave for a value; neighbouring rows repeat themselves. */
function remembered(compute: (value: string) => string | undefined): (value: string) => string | undefined {
  let known = new Map<string, string | undefined>();
  return (value) => {
    if (known.has(value)) {
      return known.get(value);
    }
    if (known.size >= REMEMBERED) {
      known = new Map();
    }
    const result = compute(value);
    if (value.length <= LONGEST_REMEMBERED) {
      known.set(value, result);
    }
    return result;
  };
}

/** Whether a policy makes pseudonyms, and so needs the key. */
export function needsPseudonyms(config: PrivacyConfig): boolean {
  return [config.customer, config.account, config.session, config.object_id].includes('pseudonym');
}

/**
 * Puts a record under the policy, in place. It is the last step before a row is written anywhere. A host name where an
 * address is expected says more than its network, so that cutting makes it null. An id of empty text or `-` is nobody's,
 * and null: as a pseudonym it would be one person of many.
 */
export function recordProtector(
  config: PrivacyConfig,
  pseudonymiser: Pseudonymiser | undefined
): (record: RequestRecord) => void {
  const protectAttributes = attributeProtector(config, pseudonymiser);
  const protectText = textProtector(config, pseudonymiser);
  const cut = remembered((text) => {
    const address = canonicalAddress(text);
    return address === undefined ? undefined : cutAddress(address);
  });
  const family = remembered(userAgentFamily);
  const protectId = (record: RequestRecord, field: PseudonymField): void => {
    const value = record[field];
    if (value === '' || value === '-') {
      record[field] = undefined;
    } else if (value !== undefined && config[field] !== 'keep') {
      record[field] = config[field] === 'pseudonym' ? pseudonymiser!.pseudonym(field, value) : undefined;
    }
  };
  return (record) => {
    if (config.query === 'drop') {
      record.query = undefined;
    }
    if (record.client_ip !== undefined && config.client_ip !== 'keep') {
      record.client_ip = config.client_ip === 'cut' ? cut(record.client_ip) : undefined;
    }
    protectId(record, 'customer');
    protectId(record, 'account');
    protectId(record, 'object_id');
    if (record.session_source !== 'derived') {
      protectId(record, 'session');
      if (record.session === undefined) {
        record.session_source = undefined;
      }
    }
    if (record.error_message !== undefined) {
      record.error_message = protectText(record.error_message);
    }
    if (record.error_group !== undefined) {
      record.error_group = protectText(record.error_group);
    }
    if (record.user_agent !== undefined && config.user_agent !== 'keep') {
      record.user_agent = config.user_agent === 'family' ? family(record.user_agent) : undefined;
    }
    if (record.attributes !== undefined) {
      record.attributes = protectAttributes(record.attributes);
    }
  };
}
