import http from 'node:http';
import https from 'node:https';
import { type Got, got, type Response } from 'got';
import { ACCEPTED_ENCODINGS, readBody } from './read-body.ts';
import { type Transport, type TransportAnswer, TransportError, type TransportRequest } from './transport.ts';
import { troubleOf } from './transport-trouble.ts';
import { watchConnection } from './watch-connection.ts';

type GotTransportOptions = {
  /** Connections at one time. */
  maxSockets: number;
  /** Bytes of a body after decompression. */
  maxAnswerBytes: number;
};

/**
 * Carries requests by got, over connections that are kept. Everything that got would decide by itself is off: retries
 * and deadlines are the policies' business, a redirect would take the key to another host, and its decompression has no
 * cap and waits for ever on a compressed body that stops early.
 */
export function createGotTransport({ maxSockets, maxAnswerBytes }: GotTransportOptions): Transport {
  // Last in, first out: the connection used last is the one least likely to have been closed meanwhile.
  const kept = { keepAlive: true, maxSockets, scheduling: 'lifo' } as const;
  const agent = { http: new http.Agent(kept), https: new https.Agent(kept) };
  const client = got.extend({
    agent,
    retry: { limit: 0 },
    throwHttpErrors: false,
    followRedirect: false,
    decompress: false,
    headers: { 'accept-encoding': ACCEPTED_ENCODINGS, 'user-agent': 'checkout-gateway' },
  });
  let closed = false;
  return {
    exchange(request) {
      // A closed agent would open connections again.
      if (!closed) return exchange(client, request, maxAnswerBytes);
      request.onWire(false);
      return Promise.reject(new TransportError('unreachable'));
    },
    close() {
      closed = true;
      agent.http.destroy();
      agent.https.destroy();
    },
  };
}

function exchange(client: Got, request: TransportRequest, limit: number): Promise<TransportAnswer> {
  const { method, url, headers, body, signal, onWire } = request;
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      onWire(false);
      return reject(new TransportError('aborted'));
    }
    const stream = client.stream(url, { method: method as 'GET', headers, ...(body !== undefined && { body }) });
    stream.once('request', (sent: http.ClientRequest) => watchConnection(sent, onWire));
    // got waits for a body to be written where there could be one.
    if (body === undefined && method !== 'GET') stream.end();

    let answered = false;
    const abort = () => {
      reject(new TransportError('aborted'));
      stream.destroy();
    };
    signal.addEventListener('abort', abort);
    const done = () => signal.removeEventListener('abort', abort);

    stream.on('error', (error: unknown) => {
      // From here on it is the body's fault, and readBody listens too.
      if (answered) return;
      done();
      try {
        reject(troubleOf(error));
      } catch (bug) {
        reject(bug);
      }
    });
    stream.once('response', (response: Response) => {
      answered = true;
      readBody(stream, response.headers['content-encoding'], limit).then((read) => {
        done();
        resolve({ status: response.statusCode, headers: response.headers, ...read });
      }, reject);
    });
  });
}
