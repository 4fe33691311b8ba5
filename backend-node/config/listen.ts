import { z } from 'zod';

/** Where a listener listens. Port 0 takes any free one. */
export interface ListenAddress {
  host: string;
  port: number;
}

const BRACKETED = /^\[([0-9a-fA-F:.]+)\]:(\d{1,5})$/;
const PLAIN = /^([A-Za-z0-9][A-Za-z0-9.-]*):(\d{1,5})$/;

/** Reads `HOST:PORT` or `[IPv6]:PORT`; undefined when it is neither. */
export function parseListen(text: string): ListenAddress | undefined {
  const match = BRACKETED.exec(text) ?? PLAIN.exec(text);
  const port = Number(match?.[2]);
  return match && port <= 65_535 ? { host: match[1]!, port } : undefined;
}

/** `HOST:PORT`, IPv6 in brackets. */
export function formatListen({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Whether only programs on this machine reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

export const listenSchema = z.string().refine((text) => parseListen(text) !== undefined, {
  error: 'must be HOST:PORT, such as 127.0.0.1:8585, [::1]:8585 or 0.0.0.0:8585',
});
