import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, handleProtocols } from 'graphql-ws';
import type { Metrics } from '../../telemetry/metrics.ts';
import { isOwnOrigin } from '../cors.ts';
import { GRAPHQL_PATH } from '../graphql-route.ts';
import { hostRefusal } from '../host.ts';
import type { Lifecycle } from '../operations-routes.ts';
import { STOPPING } from '../overload/unavailable.ts';
import { Refusal, refusalAnswer } from '../refusal.ts';
import { requestIdFrom } from '../request-id.ts';
import { answerRaw } from './answer-raw.ts';
import type { WebSockets } from './web-sockets.ts';

/**
 * Whether a request is taken from the routes. Other upgrades are none of ours and may be ignored, as HTTP has it: Java's
 * client, for one, asks for `h2c` with each first request.
 */
export const isWebSocketUpgrade = ({ headers }: IncomingMessage): boolean =>
  headers.upgrade?.trim().toLowerCase() === 'websocket';

type Options<Context extends object> = {
  webSockets: WebSockets<Context>;
  lifecycle: Lifecycle;
  metrics: Metrics;
  /** @default all */
  allowedOrigins: readonly string[] | undefined;
};

/** Requests that want to become WebSockets. */
export class Upgrades<Context extends object> {
  readonly #options: Options<Context>;

  constructor(options: Options<Context>) {
    this.#options = options;
    options.webSockets.onBrokenHandshake((error, socket, request) => {
      // The messages of ws name the header that is missing or wrong.
      this.#refuse(request, socket, new Refusal(400, `This is not the handshake of a WebSocket: ${error.message}.`));
    });
  }

  /** Never throws. */
  serve(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { webSockets, lifecycle } = this.#options;
    if (lifecycle.phase === 'draining') {
      this.#refuse(request, socket, STOPPING);
      return;
    }
    const refusal = this.#refusalFor(request);
    if (refusal) this.#refuse(request, socket, refusal);
    else webSockets.accept(request, socket, head, () => this.#count(request, 101));
  }

  #refusalFor(request: IncomingMessage): Refusal | undefined {
    const { allowedOrigins } = this.#options;
    const { url = '', headers } = request;
    const refusal = hostRefusal(request);
    if (refusal) return refusal;
    if (pathOf(url) !== GRAPHQL_PATH) {
      return new Refusal(404, `There is no WebSocket at this path, only at ${GRAPHQL_PATH}.`, { code: 'NOT_FOUND' });
    }
    if (!handleProtocols(headers['sec-websocket-protocol'] ?? '')) {
      return new Refusal(400, `The WebSocket must be opened for the subprotocol ${GRAPHQL_TRANSPORT_WS_PROTOCOL}.`);
    }
    // Programs send no origin, or any that they like: this is for browsers.
    const isForeign = headers.origin !== undefined && !isOwnOrigin(headers);
    if (isForeign && allowedOrigins && !allowedOrigins.includes(headers.origin ?? '')) {
      return new Refusal(403, 'Pages of this origin may not open WebSockets here.');
    }
    return undefined;
  }

  #refuse(request: IncomingMessage, socket: Duplex, refusal: Refusal): void {
    const requestId = requestIdFrom(request.headers['x-request-id']);
    answerRaw(socket, refusalAnswer(refusal, requestId), requestId);
    this.#count(request, refusal.status);
  }

  #count({ url = '', method = '' }: IncomingMessage, status: number): void {
    const route = pathOf(url) === GRAPHQL_PATH ? GRAPHQL_PATH : 'other';
    this.#options.metrics.httpRequest({ route, method, status, seconds: 0 });
  }
}

const pathOf = (url: string): string => url.split('?', 1)[0] ?? '';
