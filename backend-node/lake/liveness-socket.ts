import { open, stat, unlink } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { basename, join } from 'node:path';

import { hasCode } from './durable';

/** Where a process listens as long as it lives. */
export interface SocketPlace {
  /** Name of the socket in its folder. */
  name: string;
  /** Device and inode of the folder, as one text: whoever sees another one sees other inodes, and cannot tell. */
  folder: string;
}

/** A socket that shows that its process lives. */
export interface LivenessSocket {
  place: SocketPlace;
  /** Closes and removes it. */
  close(): Promise<void>;
}

/**
 * Listens on a Unix socket in a folder. The kernel answers there for as long as the process lives, also while it is stopped
 * or busy, and to processes of all containers that see the folder. Undefined where the file system has no sockets.
 */
export async function openLivenessSocket(folder: string, name: string): Promise<LivenessSocket | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  const listening = await inFolder(folder, name, (path) => listen(server, path));
  if (!listening) {
    return undefined;
  }
  server.on('error', () => undefined);
  const close = async (): Promise<void> => {
    server.close();
    await unlink(join(folder, name)).catch(() => undefined);
  };
  return { place: { name, folder: await folderId(folder) }, close };
}

/**
 * Whether the process that listens there lives, for one of this boot of this machine: undefined when it cannot be told from
 * here.
 */
export async function isListening(folder: string, { name, folder: id }: SocketPlace): Promise<boolean | undefined> {
  return (await folderId(folder)) === id ? inFolder(folder, basename(name), knock) : undefined;
}

async function folderId(folder: string): Promise<string> {
  const { dev, ino } = await stat(folder, { bigint: true });
  return `${dev}:${ino}`;
}

/** Does something with a name in a folder by way of its descriptor, since addresses of sockets have 108 bytes at most. */
async function inFolder<T>(folder: string, name: string, work: (path: string) => Promise<T>): Promise<T> {
  const handle = await open(folder, 'r');
  try {
    return await work(`/proc/self/fd/${handle.fd}/${name}`);
  } finally {
    await handle.close();
  }
}

function listen(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(path, () => resolve(true));
  });
}

function knock(path: string): Promise<boolean | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    // Who lives and has not got round to those who knocked before has no place for more.
    socket.once('error', (error) =>
      resolve(hasCode(error, 'ECONNREFUSED') ? false : hasCode(error, 'EAGAIN') ? true : undefined)
    );
  });
}
