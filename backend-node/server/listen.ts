import { ApitrailError } from '@apitrail/contract';
import type { FastifyInstance } from 'fastify';

import { formatListen, type ListenAddress } from '../config/listen';

/** Listens, and gives the address it really has. Throws APITRAIL_PORT_IN_USE, naming the setting to change. */
export async function listen(app: FastifyInstance, address: ListenAddress, setting: string): Promise<ListenAddress> {
  try {
    await app.listen({ host: address.host, port: address.port, backlog: 511 });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const flag = `--${setting.replaceAll('_', '-')}`;
    const change = `change it with ${flag} HOST:PORT, APITRAIL_${setting.toUpperCase()} or ${setting} in apitrail.yaml`;
    if (code === 'EADDRINUSE') {
      throw new ApitrailError(
        'APITRAIL_PORT_IN_USE',
        `Another program listens on ${formatListen(address)} already. Stop it, or ${change}.`,
        {
          where: setting,
          cause: error,
        }
      );
    }
    throw new ApitrailError(
      'APITRAIL_BAD_CONFIG',
      `Nothing can listen on ${formatListen(address)} (${message}): ${change}.`,
      {
        where: setting,
        cause: error,
      }
    );
  }
  const bound = app.server.address();
  return { host: address.host, port: typeof bound === 'object' && bound ? bound.port : address.port };
}
