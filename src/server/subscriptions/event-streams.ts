import { randomUUID } from 'node:crypto';
import { createHandler, type Handler, type Response as LibraryResponse, type OperationResult } from 'graphql-sse';
import { ownerOf } from '../../checkout/caller.ts';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Answer } from '../answer.ts';
import { type Authenticate, type AuthenticatedCaller, callerOf } from '../auth-callers.ts';
import { logBug } from '../error-plugin.ts';
import type { Lifecycle } from '../operations-routes.ts';
import type { Admission } from '../overload/admission.ts';
import { rateKey } from '../overload/rate-key.ts';
import { STOPPING, unavailable } from '../overload/unavailable.ts';
import { Refusal, refusalAnswer } from '../refusal.ts';
import type { Exchange, Route } from '../route.ts';
import { type Asking, Consumer } from './consumer.ts';
import type { SubscribeRequest, SubscriptionEngine } from './engine.ts';
import { EventStream, type StreamedAnswer } from './event-stream.ts';
import { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { askingOf, isBare, type Link, limit, oneResult } from './links.ts';
import type { OperationStream, Result } from './operation-stream.ts';
import { holderOf, Shares } from './shares.ts';
import {
  asTheLibraryReads,
  type Call,
  readOperation,
  requireEventStream,
  requireScopeToReserve,
  TOKEN_HEADER,
  toAnswer,
  tokenOf,
} from './stream-requests.ts';

export const STREAM_PATH = '/graphql/stream';

/** What the library hands back when it asks for results. */
type Raw = { asking?: Asking; started?: OperationStream };

const EVENT_STREAM_TYPE = 'text/event-stream';

const TOO_MANY = unavailable('There are too many event streams now; try again later.');

type Options<Context extends object> = {
  engine: SubscriptionEngine<Context>;
  limits: Limits;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Metrics;
  authenticate: Authenticate;
  admission: Admission;
  /** Epoch milliseconds. */
  now(): number;
};

/**
 * Subscriptions over server-sent events: graphql-sse speaks the protocol, in its two modes. What reaches it was looked
 * at before, because it trusts tokens and never gives up a reservation.
 */
export class EventStreams<Context extends object> {
  readonly #options: Options<Context>;
  readonly #handler: Handler<Raw, Link>;
  readonly #reserved = new Map<string, Link>();
  /** By their tokens, reserved streams that were opened. */
  readonly #attached = new Map<string, Link>();
  readonly #open = new Set<EventStream>();
  readonly #shares: Shares;

  constructor(options: Options<Context>) {
    this.#options = options;
    this.#shares = new Shares(options.limits.maxSubscribers, 'the event streams');
    this.#handler = createHandler<Raw, Link>({
      authenticate: ({ context }) => context.token,
      // The types of the library want instances of GraphQLError where it needs none.
      onSubscribe: ({ raw, context }, params) => this.#subscribe(raw, context, params) as OperationResult,
    });
  }

  /** Streams, reservations included. */
  get size(): number {
    return this.#open.size + this.#reserved.size;
  }

  get route(): Route {
    return {
      path: STREAM_PATH,
      methods: ['GET', 'POST', 'PUT', 'DELETE'],
      answer: (exchange) => this.#answer(exchange),
    };
  }

  drain(): void {
    for (const link of [...this.#reserved.values()]) this.#forget(link);
    for (const stream of [...this.#open]) stream.close();
  }

  async #answer(exchange: Exchange): Promise<Answer> {
    const { request, requestId } = exchange;
    if (this.#options.lifecycle.phase === 'draining') return { ...refusalAnswer(STOPPING, requestId), hangUp: true };
    const token = tokenOf(exchange);
    if (request.method === 'GET' && token !== undefined && isBare(request)) {
      return this.#openReserved(exchange, this.#linkOf(token));
    }
    const { authenticate, admission } = this.#options;
    const caller = await callerOf(request, authenticate);
    const asking = askingOf(exchange, caller);
    if (request.method === 'POST' || request.method === 'PUT') await admission.count(rateKey(caller, asking.address));
    if (request.method === 'POST') {
      const body = await readOperation(exchange);
      return token === undefined
        ? this.#distinct(exchange, body, asking)
        : this.#add(this.#linkOf(token, caller), body, asking);
    }
    if (request.method === 'PUT') return this.#reserve(caller);
    const link = this.#linkOf(token, caller);
    if (request.method === 'GET') return this.#openReserved(exchange, link);
    return toAnswer(await this.#call({ method: 'DELETE', accept: '*/*', search: exchange.search, link }));
  }

  /** One request, one subscription, one stream. */
  async #distinct(exchange: Exchange, body: Record<string, unknown>, asking: Asking): Promise<Answer> {
    requireEventStream(exchange);
    const link = this.#link(null, 1, asking.caller);
    const call = { method: 'POST', accept: EVENT_STREAM_TYPE, link, body };
    try {
      return this.#streamed(await this.#call(call, { asking }), link);
    } catch (error) {
      this.#shares.giveBack(link.holder);
      throw error;
    }
  }

  /** Reserves a stream on which several subscriptions share one connection. */
  async #reserve(caller: AuthenticatedCaller): Promise<Answer> {
    requireScopeToReserve(caller);
    const { maxPerConnection, reservationTimeoutMs } = this.#options.limits;
    const token = randomUUID();
    const link = this.#link(token, maxPerConnection, caller);
    link.timer = setTimeout(() => this.#forget(link), reservationTimeoutMs);
    this.#reserved.set(token, link);
    return toAnswer(await this.#call({ method: 'PUT', accept: '*/*', link }));
  }

  async #openReserved(exchange: Exchange, link: Link): Promise<Answer> {
    requireEventStream(exchange);
    clearTimeout(link.timer);
    return this.#streamed(await this.#call({ method: 'GET', accept: EVENT_STREAM_TYPE, link }), link);
  }

  async #add(link: Link, body: Record<string, unknown>, asking: Asking): Promise<Answer> {
    const { operationId } = Object(body.extensions);
    if (typeof operationId !== 'string' || operationId === '') {
      throw new Refusal(400, 'Expected an id of its own for each operation, as a string in `extensions.operationId`.');
    }
    limit(link, asking.caller);
    const raw: Raw = { asking };
    const response = await this.#call({ method: 'POST', accept: '*/*', link, body }, raw);
    // It was completed while it was being started, and the library has no more use for it.
    if (response[1].status === 204) await raw.started?.return();
    return toAnswer(response);
  }

  #call({ link, ...request }: Call & { link: Link }, raw: Raw = {}): Promise<LibraryResponse> {
    return this.#handler({ ...asTheLibraryReads(request, STREAM_PATH), raw, context: link });
  }

  async #subscribe(raw: Raw, { consumer, gate }: Link, params: SubscribeRequest): Promise<AsyncIterable<Result>> {
    if (!raw.asking) throw new Error('a subscription of nobody');
    const started = await consumer.start(params, raw.asking);
    if ('errors' in started) return oneResult({ errors: started.errors }, gate);
    raw.started = started.stream;
    return started.stream;
  }

  #streamed(response: LibraryResponse, link: Link): Answer {
    const [messages, { status }] = response;
    if (messages === null || typeof messages === 'string') return toAnswer(response);
    const { limits, log, metrics, now } = this.#options;
    this.#attach(link);
    const stream = new EventStream({
      messages,
      consumer: link.consumer,
      gate: link.gate,
      limits,
      now,
      onDrop: (reason) => metrics.subscriptions.dropped(reason),
      onBug: (error) => logBug(log, error, ''),
      onClose: (closed) => {
        this.#open.delete(closed);
        this.#shares.giveBack(link.holder);
        if (link.token !== null) this.#attached.delete(link.token);
      },
    });
    this.#open.add(stream);
    link.stream = stream;
    stream.expiry.limit(link.expiresAt);
    const answer: StreamedAnswer = {
      status,
      headers: {},
      body: '',
      openOn: (to, requestId) => {
        const isOpen = stream.openOn(to, requestId);
        if (this.#options.lifecycle.phase === 'draining') stream.close();
        return isOpen;
      },
    };
    return answer;
  }

  #attach(link: Link): void {
    if (link.token === null) return;
    this.#reserved.delete(link.token);
    this.#attached.set(link.token, link);
  }

  /** @throws Refusal when there are too many streams, or too many of the caller */
  #link(token: string | null, maxPerConnection: number, caller: AuthenticatedCaller): Link {
    const { engine, limits } = this.#options;
    if (this.size >= limits.maxSubscribers) throw TOO_MANY;
    const holder = holderOf(caller);
    this.#shares.take(holder);
    const gate = new Gate();
    const consumer = new Consumer({ engine, transport: 'sse', maxPerConnection, gate });
    const { expiresAt = Number.POSITIVE_INFINITY } = caller;
    return { token, owner: ownerOf(caller), holder, expiresAt, gate, consumer };
  }

  /** @param caller to whom those of others do not exist */
  #linkOf(token: string | undefined, caller?: AuthenticatedCaller): Link {
    const link = token === undefined ? undefined : (this.#reserved.get(token) ?? this.#attached.get(token));
    if (link && (caller === undefined || ownerOf(caller) === link.owner)) return link;
    if (token !== undefined) throw new Refusal(404, 'There is no event stream with this token.', { code: 'NOT_FOUND' });
    throw new Refusal(400, `The token of an event stream must be sent as ${TOKEN_HEADER}; PUT gives one.`);
  }

  /** The library has no other way to give up a reservation than to open and end its stream. */
  #forget(link: Link): void {
    const { token, holder, consumer, timer } = link;
    clearTimeout(timer);
    consumer.end();
    this.#shares.giveBack(holder);
    if (token !== null) this.#reserved.delete(token);
    void this.#call({ method: 'GET', accept: EVENT_STREAM_TYPE, link })
      .then(([messages]) => (messages !== null && typeof messages !== 'string' ? messages.return() : undefined))
      .catch((error: unknown) => logBug(this.#options.log, error, ''));
  }
}
