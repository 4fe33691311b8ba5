import { treatmentOf, type Treatment } from './attribute-names';
import type { PrivacyConfig } from './config';
import { cutTarget, textProtector, withoutQuery } from './free-text';
import type { PseudonymField, Pseudonymiser } from './pseudonymiser';
import { userAgentFamily } from './user-agent';
import { canonicalAddress, cutAddress } from '../normalise/address';

/** Names whose treatment is remembered: those of a source are few, those of a hostile one are not. */
const REMEMBERED = 10_000;
const LONGEST_REMEMBERED = 256;

/**
 * Puts attributes under the policy: secrets (authorization, cookies, keys, tokens, passwords, sessions) always go;
 * addresses, names of people and query strings, wherever they stand, get what the policy says of the column of their
 * kind. Gives undefined when nothing is left.
 */
export function attributeProtector(
  config: PrivacyConfig,
  pseudonymiser: Pseudonymiser | undefined
): (attributes: Record<string, string>) => Record<string, string> | undefined {
  const treatments = new Map<string, Treatment>();
  const protectText = textProtector(config, pseudonymiser);

  const protectId = (field: PseudonymField, value: string): string | undefined =>
    config[field] === 'keep' ? value : config[field] === 'drop' ? undefined : pseudonymiser!.pseudonym(field, value);

  const protectValue = (value: string, treatment: Treatment): string | undefined => {
    switch (treatment) {
      case 'secret':
        return undefined;
      case 'address':
        return config.client_ip === 'keep' ? value : config.client_ip === 'drop' ? undefined : cutAddresses(value);
      case 'person':
        return protectId('customer', value);
      case 'account':
        return protectId('account', value);
      case 'query':
        return config.query === 'keep' ? value : undefined;
      case 'user-agent':
        return config.user_agent === 'keep' ? value : config.user_agent === 'drop' ? undefined : userAgentFamily(value);
      case 'version':
        return value;
      case 'target':
        return protectText(config.query === 'drop' ? cutTarget(value) : value);
      case 'other': {
        const text = config.query === 'drop' ? withoutQuery(value) : value;
        return config.client_ip !== 'keep' && MAY_BE_ADDRESS.test(text) ? protectAddresses(text) : protectText(text);
      }
    }
  };

  const protectAddresses = (value: string): string | undefined => {
    const cut = cutAddresses(value);
    return cut === undefined ? protectText(value) : config.client_ip === 'drop' ? undefined : cut;
  };

  return (attributes) => {
    // Most attributes stay as they are: only with the first that does not they are copied.
    let kept = attributes;
    let count = 0;
    for (const name in attributes) {
      let treatment = treatments.get(name);
      if (treatment === undefined) {
        treatment = treatmentOf(name);
        if (treatments.size >= REMEMBERED) {
          treatments.clear();
        }
        if (name.length <= LONGEST_REMEMBERED) {
          treatments.set(name, treatment);
        }
      }
      const value = protectValue(attributes[name]!, treatment);
      if (kept === attributes && (value !== attributes[name] || value === '')) {
        kept = before(attributes, name);
      }
      if (value !== undefined && value !== '') {
        count++;
        if (kept !== attributes) {
          kept[name] = value;
        }
      }
    }
    return count === 0 ? undefined : kept;
  };
}

/** The attributes before one. */
function before(attributes: Readonly<Record<string, string>>, end: string): Record<string, string> {
  const copied: Record<string, string> = {};
  for (const name in attributes) {
    if (name === end) {
      break;
    }
    copied[name] = attributes[name]!;
  }
  return copied;
}

const MAY_BE_ADDRESS = /^[\s\d.:a-fA-F,[\]%]+$/;

/** A list of addresses, each cut to its network; a JSON array of them too. Undefined where a part is no address. */
function cutAddresses(value: string): string | undefined {
  const parts: string[] = [];
  for (const part of (value.startsWith('["') ? value.replace(/[[\]"]/g, '') : value).split(',')) {
    const address = canonicalAddress(part.trim());
    if (address === undefined) {
      return undefined;
    }
    parts.push(cutAddress(address));
  }
  return parts.join(', ');
}
