import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ExecutionResult,
  type FormattedExecutionResult,
  type GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  parse,
} from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type Server } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { type Authenticate, credentialsOf } from '../auth-callers.ts';
import { MAX_BODY_BYTES } from '../body.ts';
import { logBug } from '../error-plugin.ts';
import { Consumer } from './consumer.ts';
import type { SubscriptionEngine } from './engine.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { FormattedErrors } from './public-errors.ts';
import { Shares } from './shares.ts';
import { type Origin, SocketClient, turnAway } from './socket-client.ts';

const SERVICE_RESTART = 1012;

/** Milliseconds for the other side to answer a close frame. */
const CLOSE_TIMEOUT_MS = 5000;

/** The library only wants to know what kind of operation it has before it. */
const ANY_SUBSCRIPTION = parse('subscription { any }');

type Options<Context extends object> = {
  engine: SubscriptionEngine<Context>;
  schema: GraphQLSchema;
  limits: Limits;
  log: Log;
  metrics: Metrics;
  authenticate: Authenticate;
  /** Epoch milliseconds. */
  now(): number;
};

/** Subscriptions over WebSockets, by the protocol graphql-transport-ws. */
export class WebSockets<Context extends object> {
  readonly #options: Options<Context>;
  readonly #protocol: Server<SocketClient>;
  readonly #clients = new Set<SocketClient>();
  readonly #shares: Shares;
  readonly #heartbeat: Heartbeat<SocketClient>;
  readonly #handshakes = new WebSocketServer(HANDSHAKE);

  constructor(options: Options<Context>) {
    this.#options = options;
    this.#shares = new Shares(options.limits.maxSubscribers, 'the connections');
    this.#protocol = protocolOf(options);
    this.#heartbeat = new Heartbeat(options.limits.pingIntervalMs);
  }

  get size(): number {
    return this.#clients.size;
  }

  /** Called for what is no handshake; who listens has to answer. */
  onBrokenHandshake(answer: (error: Error, socket: Duplex, request: IncomingMessage) => void): void {
    this.#handshakes.on('wsClientError', answer);
  }

  /** Completes the handshake of a request that may become a WebSocket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, onOpen: () => void): void {
    // Not the request itself: it would be kept, with all its parts, as long as the connection.
    const { headers } = request;
    const origin = { headers, credentials: credentialsOf(request), address: request.socket.remoteAddress };
    this.#handshakes.handleUpgrade(request, socket, head, (webSocket) => {
      onOpen();
      this.#open(webSocket, origin);
    });
  }

  /** Closes all as clients know it that connect again by themselves; cuts off those that have not closed in time. */
  async drain(graceMs: number): Promise<void> {
    this.#heartbeat.stop();
    this.#handshakes.close();
    const clients = [...this.#clients];
    for (const client of clients) client.close(SERVICE_RESTART, 'Service restart');
    const timer = setTimeout(() => {
      for (const client of clients) client.terminate();
    }, graceMs);
    await Promise.all(clients.map((client) => client.whenClosed()));
    clearTimeout(timer);
  }

  #open(socket: WebSocket, origin: Origin): void {
    const { engine, limits, log, metrics, now } = this.#options;
    if (this.#clients.size >= limits.maxSubscribers) {
      socket.on('error', () => {});
      metrics.subscriptions.dropped('overloaded');
      turnAway(socket, 'overloaded: too many connections');
      return;
    }
    const { maxPerConnection } = limits;
    const client = new SocketClient({
      socket,
      ...origin,
      limits,
      now,
      shares: this.#shares,
      consumer: new Consumer({ engine, transport: 'ws', maxPerConnection }),
      onDrop: (reason) => metrics.subscriptions.dropped(reason),
      onBug: (error) => logBug(log, error, ''),
    });
    this.#clients.add(client);
    const slot = this.#heartbeat.join(client);
    client.serve(this.#protocol, () => {
      this.#clients.delete(client);
      this.#heartbeat.leave(client, slot);
    });
  }
}

/** Compression is off: it takes far more memory for each connection than everything else of it. */
const HANDSHAKE = {
  noServer: true,
  clientTracking: false,
  perMessageDeflate: false,
  maxPayload: MAX_BODY_BYTES,
  handleProtocols: () => GRAPHQL_TRANSPORT_WS_PROTOCOL,
  closeTimeout: CLOSE_TIMEOUT_MS,
};

/** graphql-ws speaks the protocol; what is subscribed to is known to the engine alone. */
const protocolOf = <Context extends object>({
  engine,
  schema,
  limits,
  authenticate,
}: Options<Context>): Server<SocketClient> =>
  makeServer<Record<string, unknown>, SocketClient>({
    connectionInitWaitTimeout: limits.initTimeoutMs,
    onConnect: ({ extra, connectionParams }) => extra.admit(authenticate, connectionParams),
    async onSubscribe({ extra, connectionParams }, _id, payload) {
      const { query, operationName, variables, extensions } = payload;
      const { headers, address, caller } = extra;
      const asking = { requestId: randomUUID(), headers, address, caller, connectionParams };
      const started = await extra.consumer.start({ query, operationName, variables, extensions }, asking);
      if ('errors' in started) return [new FormattedErrors(started.errors)];
      return { schema, document: ANY_SUBSCRIPTION, contextValue: started.stream };
    },
    // A stream is no generator, but has all that the library asks of one; and its errors are formatted already.
    subscribe: ({ contextValue }) => contextValue as AsyncGenerator<ExecutionResult>,
    onNext: (_context, _id, _payload, _args, result) => result as FormattedExecutionResult,
    onError: (_context, _id, _payload, errors) =>
      errors.flatMap((error) => formattedIn(error) ?? engine.errors.of(error, randomUUID())),
  });

/** The library wraps what a stream throws. */
function formattedIn(error: GraphQLError): readonly GraphQLFormattedError[] | undefined {
  const carrier = error.originalError ?? error;
  return carrier instanceof FormattedErrors ? carrier.formatted : undefined;
}
