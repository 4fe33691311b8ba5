import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Bounds how many connections one address may have open that were not let in yet, so that nobody without a key shuts out
 * everybody else. Those that were let in do not count: many senders may be behind one address.
 */
export class ConnectionLimit {
  private readonly waiting = new Map<string, number>();
  private readonly counted = new WeakMap<Socket, string>();

  constructor(
    private readonly most: number,
    /** Told of the address of a connection that was closed. */
    private readonly onRefused: (address: string) => void = () => undefined
  ) {}

  /** Counts the connections of a server, and closes those that are too many. */
  watch(server: Server): void {
    server.on('connection', (socket) => {
      const address = socket.remoteAddress ?? '';
      const count = (this.waiting.get(address) ?? 0) + 1;
      if (count > this.most) {
        socket.destroy();
        this.onRefused(address);
        return;
      }
      this.waiting.set(address, count);
      this.counted.set(socket, address);
      socket.once('close', () => this.letIn(socket));
    });
  }

  /** A request that came over the connection was let in, or it is closed. */
  letIn(socket: Socket): void {
    const address = this.counted.get(socket);
    if (address === undefined) {
      return;
    }
    this.counted.delete(socket);
    const count = this.waiting.get(address)! - 1;
    if (count > 0) {
      this.waiting.set(address, count);
    } else {
      this.waiting.delete(address);
    }
  }
}
