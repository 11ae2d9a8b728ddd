import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Answer } from '../answer.ts';
import { standardHeaders } from '../send.ts';

/** Answers a request that was to become something else and stays one: there is only the socket to write to. */
export function answerRaw(socket: Duplex, { status, headers, body }: Answer, requestId: string): void {
  socket.on('error', () => {});
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const head = {
    ...standardHeaders(requestId),
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  // The other side may never close its half, and no timeout of the HTTP server holds for this socket any more.
  socket.once('finish', () => socket.destroy());
  socket.end(`${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`);
}
