import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { Refusal, refusalAnswer } from './refusal.ts';
import { requestIdFrom } from './request-id.ts';
import { standardHeaders } from './send.ts';
import { answerRaw } from './subscriptions/answer-raw.ts';

/** What Node's parser gave up on, by its code. */
function refusalFor(code: string | undefined): Refusal {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new Refusal(408, 'The request took too long to arrive.');
  if (code === 'HPE_HEADER_OVERFLOW') {
    return new Refusal(431, 'The address and headers are too large; send the query in the body of a POST.');
  }
  return new Refusal(400, 'This is not an HTTP request that can be understood.');
}

/** Answers who takes the gateway for a proxy. Node has no response for it, and by itself hangs up without a word. */
export function refuseTunnel({ headers }: IncomingMessage, socket: Duplex): void {
  const requestId = requestIdFrom(headers['x-request-id']);
  answerRaw(
    socket,
    refusalAnswer(new Refusal(405, 'This is no proxy: CONNECT is not answered.'), requestId),
    requestId,
  );
}

/** Answers what never became a request: there is only the socket to write to. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const requestId = requestIdFrom(undefined);
  const { status, headers, body } = refusalAnswer(refusalFor(error.code), requestId);
  const head = {
    ...standardHeaders(requestId),
    ...headers,
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}`);
  socket.end(`${[`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines].join('\r\n')}\r\n\r\n${body}`);
}
