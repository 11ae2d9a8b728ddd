import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';

/** On every answer, the ones to broken requests included. */
export const standardHeaders = (requestId: string) => ({
  'x-request-id': requestId,
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

type Sending = {
  request: IncomingMessage;
  response: ServerResponse;
  requestId: string;
  /** The server is stopping: let the client open its next connection elsewhere. */
  draining: boolean;
};

/** @returns whether there was still somebody to write to */
export function send(answer: Answer, { request, response, requestId, draining }: Sending): boolean {
  if (response.destroyed || response.headersSent) return false;
  response.writeHead(answer.status, {
    ...standardHeaders(requestId),
    ...answer.headers,
    // Of a 304 it would tell the length of the page that the client has.
    ...(answer.status !== 304 && { 'content-length': Buffer.byteLength(answer.body) }),
    ...((draining || answer.hangUp) && { connection: 'close' }),
  });
  if (answer.hangUp) sendAndLinger(answer.body, request, response);
  else response.end(answer.body);
  return true;
}

const LINGER_MS = 1000;
const LINGER_BYTES = 1024 * 1024;

/**
 * Sends the whole answer but ends the response a little later. Closing a socket with unread bytes in it resets the
 * connection, and a client that is still writing loses the answer that it was about to read.
 */
function sendAndLinger(body: string | Buffer, request: IncomingMessage, response: ServerResponse): void {
  response.write(body);
  const end = () => {
    clearTimeout(timer);
    response.end();
  };
  const timer = setTimeout(end, LINGER_MS);
  let discarded = 0;
  request.on('data', (chunk: Buffer) => {
    discarded += chunk.length;
    if (discarded > LINGER_BYTES) end();
  });
  request.on('end', end);
  request.on('close', end);
  request.on('error', end);
}
