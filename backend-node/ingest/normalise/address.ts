import ipaddr from 'ipaddr.js';

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)$/;
const IPV4_PORT = /^(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}):\d+$/;
const BRACKETS = /^\[([^\]]+)\](?::\d+)?$/;

/** Whether the text is a dotted IPv4 address with decimal parts. */
export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

/**
 * An IP address in its canonical form: IPv4 dotted, IPv6 as RFC 5952 has it, IPv4 inside IPv6 as IPv4; without port,
 * brackets and zone. Undefined when the text is no address.
 */
export function canonicalAddress(text: string): string | undefined {
  if (isIpv4(text)) {
    return text;
  }
  const bare = IPV4_PORT.exec(text)?.[1] ?? BRACKETS.exec(text)?.[1] ?? text;
  if (isIpv4(bare)) {
    return bare;
  }
  if (!bare.includes(':')) {
    return undefined;
  }
  const address = bare.replace(/%.*$/, '');
  return ipaddr.IPv6.isValid(address) ? mapped(ipaddr.IPv6.parse(address)) : undefined;
}

function mapped(address: ipaddr.IPv6): string {
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toRFC5952String();
}

/** An address cut to its network: /24 for IPv4, /48 for IPv6. Takes canonical addresses. */
export function cutAddress(address: string): string {
  if (isIpv4(address)) {
    return `${address.slice(0, address.lastIndexOf('.'))}.0`;
  }
  const parts = ipaddr.IPv6.parse(address).parts;
  return new ipaddr.IPv6([...parts.slice(0, 3), 0, 0, 0, 0, 0]).toRFC5952String();
}
