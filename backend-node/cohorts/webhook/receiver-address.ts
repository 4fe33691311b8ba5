import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

import { ApitrailError } from '@apitrail/contract';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Where no receiver is: link-local addresses, at which clouds give out credentials, unspecified ones and those of groups. */
const refused = new BlockList();
refused.addSubnet('169.254.0.0', 16, 'ipv4');
refused.addSubnet('0.0.0.0', 8, 'ipv4');
refused.addSubnet('224.0.0.0', 4, 'ipv4');
refused.addSubnet('240.0.0.0', 4, 'ipv4');
refused.addAddress('::', 'ipv6');
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addSubnet('ff00::', 8, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');
refused.addAddress('100.100.100.200', 'ipv4');

const isIn = (list: BlockList, address: string): boolean => {
  const plain = address.replace(/^\[|\]$/g, '').replace(/^::ffff:(?=\d+\.)/i, '');
  return list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
};

export interface AddressRules {
  /** Whether http may go to other machines. */
  allowHttp: boolean;
}

/** Why nothing is sent to an address of the network; undefined where it may be. */
export function refusalOf(address: string, protocol: string, { allowHttp }: AddressRules): string | undefined {
  if (isIn(refused, address)) {
    return `${address} is an address that no receiver has`;
  }
  if (protocol === 'http:' && !allowHttp && !isIn(loopback, address)) {
    return `${address} is another machine, and http is for the own one; use https, or allow_http`;
  }
  return undefined;
}

/**
 * Checks where an address leads before anything is connected: an address is checked at once, a name when it is looked up, so
 * that nothing lies between the check and the connection. Throws an ApitrailError; its lookup fails with one.
 */
export function guardedLookup(url: URL, rules: AddressRules): LookupFunction {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const refuse = (address: string) => {
    const reason = refusalOf(address, url.protocol, rules);
    return reason === undefined
      ? undefined
      : new ApitrailError('APITRAIL_WEBHOOK_FAILED', `Nothing was sent to ${url.origin}: ${reason}.`, {
          where: url.origin,
        });
  };
  const error = isIP(host) === 0 ? undefined : refuse(host);
  if (error) {
    throw error;
  }
  return (name, options, callback) => {
    dnsLookup(name, { ...options, all: true }, (failure, found) => {
      const bad = failure ?? found.map(({ address }) => refuse(address)).find((one) => one !== undefined);
      if (bad) {
        callback(bad as NodeJS.ErrnoException, '', 0);
      } else if (options.all) {
        callback(null, found);
      } else {
        callback(null, found[0]!.address, found[0]!.family);
      }
    });
  };
}
