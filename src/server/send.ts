import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { SECURITY_HEADERS } from './headers.ts';

/** On every answer, the ones to broken requests included. */
export const standardHeaders = (requestId: string) => ({
  'x-request-id': requestId,
  'cache-control': 'no-store',
  ...SECURITY_HEADERS,
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
  if (response.destroyed || response.headersSent) {
    answer.onClosed?.();
    return false;
  }
  if (answer.onClosed) response.once('close', answer.onClosed);
  response.writeHead(answer.status, {
    ...standardHeaders(requestId),
    ...answer.headers,
    ...varyOf(answer, response),
    // Of a 304 it would tell the length of the page that the client has; a 204 may have none.
    ...(answer.status !== 304 && answer.status !== 204 && { 'content-length': Buffer.byteLength(answer.body) }),
    ...((draining || answer.hangUp) && { connection: 'close' }),
  });
  if (answer.hangUp) sendAndLinger(answer.body, request, response);
  else response.end(answer.body);
  return true;
}

/** What the answer depends on, together with what was put on the response before it: one would hide the other. */
function varyOf({ headers: { vary } }: Answer, response: ServerResponse): { vary?: string } {
  const before = response.getHeader('vary');
  return vary === undefined || before === undefined ? {} : { vary: `${before}, ${vary}` };
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
