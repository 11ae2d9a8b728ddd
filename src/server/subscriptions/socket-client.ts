import type { IncomingHttpHeaders } from 'node:http';
import type { Server } from 'graphql-ws';
import type { RawData, WebSocket } from 'ws';
import type { Caller } from '../../checkout/caller.ts';
import { GatewayError } from '../../checkout/errors.ts';
import type { SubscriptionDrop } from '../../telemetry/metrics.ts';
import type { Authenticate, DistinctHeaders } from '../auth-callers.ts';
import { Expiry } from '../auth-expiry.ts';
import { isTooDeep } from '../json-depth.ts';
import { Refusal } from '../refusal.ts';
import type { Consumer } from './consumer.ts';
import type { Limits } from './limits.ts';
import { Outlet, slowSentence } from './outlet.ts';
import { holderOf, type Shares } from './shares.ts';

/** Milliseconds that who was dropped may take to read why. */
const LINGER_MS = 1000;

/** Bytes. What comes in it is kept as long as the connection; tokens have one or two thousand. */
const MAX_INIT_BYTES = 16 * 1024;

const BAD_REQUEST = 4400;
/** Clients connect again after it, and may then show something better; after 4401 they give up. */
const FORBIDDEN = 4403;
const INTERNAL_ERROR = 4500;
const TRY_AGAIN_LATER = 1013;

const EXPIRED = 'The token expired; connect again with a new one';

/** Closes a connection in order, or else without. */
export function closeSoon(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason);
  const timer = setTimeout(() => socket.terminate(), LINGER_MS);
  socket.once('close', () => clearTimeout(timer));
}

export const turnAway = (socket: WebSocket, reason: string): void => closeSoon(socket, TRY_AGAIN_LATER, reason);

/** What its handshake told. */
export type Origin = {
  headers: IncomingHttpHeaders;
  credentials: DistinctHeaders;
  /** Where it comes from. */
  address: string | undefined;
};

type Options = Origin & {
  socket: WebSocket;
  consumer: Consumer;
  limits: Limits;
  /** Of the connections; one is taken when it is known who has it. */
  shares: Shares;
  /** Epoch milliseconds. */
  now(): number;
  /** Counts the client that was dropped. */
  onDrop(reason: SubscriptionDrop): void;
  onBug(error: unknown): void;
};

/** A WebSocket as graphql-ws wants it, with what it leaves to others: limits, pings, and an end that ends everything. */
export class SocketClient {
  readonly headers: IncomingHttpHeaders;
  readonly address: string | undefined;
  readonly consumer: Consumer;
  readonly #options: Options;
  readonly #outlet: Outlet;
  readonly #expiry: Expiry;
  #caller: Caller | undefined;
  #isGreeted = false;
  #isAlive = true;

  constructor(options: Options) {
    this.#options = options;
    this.headers = options.headers;
    this.address = options.address;
    this.consumer = options.consumer;
    const { socket, limits, now } = options;
    this.#expiry = new Expiry(now, () => this.close(FORBIDDEN, EXPIRED));
    const sink = {
      buffered: () => socket.bufferedAmount,
      write: (text: string, done: () => void) => socket.send(text, done),
    };
    this.#outlet = new Outlet(sink, limits, (reason) => this.#drop(reason, slowSentence(reason, limits)));
  }

  get caller(): Caller {
    if (!this.#caller) throw new Error('a WebSocket of nobody');
    return this.#caller;
  }

  /** @returns whether it is let in; what tells who it is came with the handshake or with its first message */
  async admit(authenticate: Authenticate, connectionParams: Record<string, unknown> | undefined): Promise<boolean> {
    const { socket, credentials, shares, onDrop } = this.#options;
    try {
      const caller = await authenticate({ headers: credentials, connectionParams });
      // What it took of the shares would not be given back.
      if (socket.readyState !== socket.OPEN) return false;
      shares.take(holderOf(caller));
      this.#caller = caller;
      this.#expiry.limit(caller.expiresAt);
      return true;
    } catch (error) {
      if (error instanceof Refusal) {
        onDrop('overloaded');
        turnAway(socket, 'overloaded: too many connections of this caller');
        return false;
      }
      if (!(error instanceof GatewayError)) throw error;
      // A closed one is not closed again by who is told that it is not let in.
      if (error.code !== 'UNAUTHENTICATED') turnAway(socket, error.message);
      return false;
    }
  }

  /** Has the protocol spoken on this connection. */
  serve(protocol: Server<SocketClient>, onClose: () => void): void {
    const { socket, onBug } = this.#options;
    // What a client did wrong; ws closes the connection and tells why.
    socket.on('error', () => {});
    socket.on('pong', () => {
      this.#isAlive = true;
    });
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        send: (text) => (socket.readyState === socket.OPEN ? this.#outlet.send(text) : undefined),
        close: (code, reason) => this.close(code ?? INTERNAL_ERROR, reason ?? ''),
        onMessage: (receive) => socket.on('message', (data, isBinary) => void this.#receive(receive, data, isBinary)),
      },
      this,
    );
    socket.once('close', (code, reason) => {
      onClose();
      if (this.#caller) this.#options.shares.giveBack(holderOf(this.#caller));
      this.#expiry.cancel();
      this.consumer.end();
      closed(code, String(reason)).catch(onBug);
    });
  }

  /** First the close frame, then the end of the subscriptions: else they would be told to have completed. */
  close(code: number, reason: string): void {
    this.#options.socket.close(code, reason);
    this.consumer.end();
  }

  whenClosed(): Promise<void> {
    const { socket } = this.#options;
    if (socket.readyState === socket.CLOSED) return Promise.resolve();
    return new Promise((resolve) => socket.once('close', () => resolve()));
  }

  terminate(): void {
    this.consumer.end();
    this.#options.socket.terminate();
  }

  /** Asks whether the other side is there, having been answered the last time. */
  beat(): void {
    const { socket, onDrop } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    if (this.#isAlive) {
      this.#isAlive = false;
      socket.ping();
      return;
    }
    onDrop('no_pong');
    this.terminate();
  }

  #drop(reason: SubscriptionDrop, sentence: string): void {
    const { socket, onDrop } = this.#options;
    if (socket.readyState !== socket.OPEN) return;
    onDrop(reason);
    turnAway(socket, sentence);
    this.consumer.end();
  }

  async #receive(receive: (text: string) => Promise<void>, data: RawData, isBinary: boolean): Promise<void> {
    const { socket, onBug } = this.#options;
    // After a close frame was sent, messages still come, and none may start anything.
    if (socket.readyState !== socket.OPEN) return;
    const text = String(data);
    if (isBinary || (!this.#isGreeted && text.length > MAX_INIT_BYTES)) {
      this.close(BAD_REQUEST, isBinary ? 'Messages must be text' : 'connection_init is too large');
      return;
    }
    const message = parsed(text);
    // graphql-ws writes some of what it gets out again, which takes the stack.
    if (isTooDeep(message)) {
      this.close(BAD_REQUEST, 'The message is nested too deeply');
      return;
    }
    try {
      await receive(text);
      // Others may come before it, and it is kept as long as the connection.
      if (isInit(message)) this.#isGreeted = true;
    } catch (error) {
      // A message that servers send: graphql-ws throws for it as it does for its own mistakes.
      if (error instanceof Error && error.message.startsWith('Unexpected message of type')) {
        this.close(BAD_REQUEST, 'Invalid message received');
        return;
      }
      onBug(error);
      this.close(INTERNAL_ERROR, 'Something went wrong inside the gateway.');
    }
  }
}

/** Undefined for what is no JSON: graphql-ws closes the connection for it. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** To be asked of what graphql-ws has let pass. */
const isInit = (message: unknown): boolean =>
  typeof message === 'object' && message !== null && 'type' in message && message.type === 'connection_init';
