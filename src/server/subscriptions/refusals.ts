import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type Answer, jsonAnswer } from '../answer.ts';
import { standardHeaders } from '../send.ts';

/** Seconds. */
const RETRY_AFTER = '2';

/** A refusal that may be taken back: the same request may be answered later, or by another replica. */
export const unavailable = (message: string, requestId: string): Answer => ({
  ...jsonAnswer(
    503,
    { errors: [{ message, extensions: { code: 'OVERLOADED', retryable: true, requestId } }] },
    { 'retry-after': RETRY_AFTER },
  ),
});

export const stopping = (requestId: string): Answer =>
  unavailable('The gateway is stopping; connect again to reach another.', requestId);

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
