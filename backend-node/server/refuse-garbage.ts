import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { ApitrailError } from '@apitrail/contract';

import { errorBody } from './errors';

/** What is not even HTTP never becomes a request; it is refused on the socket. */
export function refuseGarbage(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const refusal =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? new ApitrailError('APITRAIL_TOO_SLOW', 'The request did not arrive in time.')
      : new ApitrailError('APITRAIL_BAD_REQUEST', 'The request is not valid HTTP, or its headers are too large.');
  const body = JSON.stringify(errorBody(refusal));
  socket.end(
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`
  );
}
