import { randomUUID } from 'node:crypto';
import { createHandler, type Handler, type Response as LibraryResponse, type OperationResult } from 'graphql-sse';
import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Answer } from '../answer.ts';
import { logBug } from '../error-plugin.ts';
import type { Lifecycle } from '../operations-routes.ts';
import { Refusal } from '../refusal.ts';
import type { Exchange, Route } from '../route.ts';
import { type Caller, Consumer } from './consumer.ts';
import type { SubscribeRequest, SubscriptionEngine } from './engine.ts';
import { EventStream, type StreamedAnswer } from './event-stream.ts';
import { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import type { OperationStream, Result } from './operation-stream.ts';
import { stopping, unavailable } from './refusals.ts';
import { readOperation, requireEventStream, TOKEN_HEADER, toAnswer, tokenOf } from './stream-requests.ts';

export const STREAM_PATH = '/graphql/stream';

/** One event stream, open or reserved, and who gets it. */
type Link = { token: string | null; consumer: Consumer; gate: Gate; timer?: NodeJS.Timeout };

/** A request as the library sees it. */
type Call = { method: string; accept: string; search?: string; link: Link; body?: Record<string, unknown> };

/** What the library hands back when it asks for results. */
type Raw = Partial<Caller> & { started?: OperationStream };

const EVENT_STREAM_TYPE = 'text/event-stream';

type Options<Context extends object> = {
  engine: SubscriptionEngine<Context>;
  limits: Limits;
  lifecycle: Lifecycle;
  log: Log;
  metrics: Metrics;
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

  constructor(options: Options<Context>) {
    this.#options = options;
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
    if (this.#options.lifecycle.phase === 'draining') return { ...stopping(requestId), hangUp: true };
    const token = tokenOf(exchange);
    if (request.method === 'POST') {
      const body = await readOperation(exchange);
      return token === undefined ? this.#distinct(exchange, body) : this.#add(exchange, this.#linkOf(token), body);
    }
    if (request.method === 'PUT') return this.#reserve(exchange);
    const link = this.#linkOf(token);
    if (request.method === 'GET') return this.#openReserved(exchange, link);
    return toAnswer(await this.#call({ method: 'DELETE', accept: '*/*', search: exchange.search, link }));
  }

  /** One request, one subscription, one stream. */
  async #distinct(exchange: Exchange, body: Record<string, unknown>): Promise<Answer> {
    requireEventStream(exchange);
    if (this.#isFull()) return tooMany(exchange);
    const link = this.#link(null, 1);
    const call = { method: 'POST', accept: EVENT_STREAM_TYPE, link, body };
    return this.#streamed(await this.#call(call, callerOf(exchange)), link);
  }

  /** Reserves a stream on which several subscriptions share one connection. */
  async #reserve(exchange: Exchange): Promise<Answer> {
    if (this.#isFull()) return tooMany(exchange);
    const { maxPerConnection, reservationTimeoutMs } = this.#options.limits;
    const token = randomUUID();
    const link = this.#link(token, maxPerConnection);
    link.timer = setTimeout(() => this.#forget(link), reservationTimeoutMs);
    this.#reserved.set(token, link);
    return toAnswer(await this.#call({ method: 'PUT', accept: '*/*', link }));
  }

  async #openReserved(exchange: Exchange, link: Link): Promise<Answer> {
    requireEventStream(exchange);
    clearTimeout(link.timer);
    return this.#streamed(await this.#call({ method: 'GET', accept: EVENT_STREAM_TYPE, link }), link);
  }

  async #add(exchange: Exchange, link: Link, body: Record<string, unknown>): Promise<Answer> {
    const { operationId } = Object(body.extensions);
    if (typeof operationId !== 'string' || operationId === '') {
      throw new Refusal(400, 'Expected an id of its own for each operation, as a string in `extensions.operationId`.');
    }
    const raw: Raw = callerOf(exchange);
    const response = await this.#call({ method: 'POST', accept: '*/*', link, body }, raw);
    // It was completed while it was being started, and the library has no more use for it.
    if (response[1].status === 204) await raw.started?.return();
    return toAnswer(response);
  }

  #call({ method, accept, search = '', link, body }: Call, raw: Raw = {}): Promise<LibraryResponse> {
    // The type of the body was looked at when it was read, in more spellings than the library knows.
    const headers: Record<string, string> = { accept, 'content-type': 'application/json' };
    return this.#handler({
      method,
      url: `${STREAM_PATH}${search}`,
      headers: { get: (name) => headers[name] },
      body: body ?? null,
      raw,
      context: link,
    });
  }

  async #subscribe(raw: Raw, { consumer, gate }: Link, params: SubscribeRequest): Promise<AsyncIterable<Result>> {
    const { requestId = '', headers = {} } = raw;
    const started = await consumer.start(params, { requestId, headers });
    if ('errors' in started) return oneResult({ errors: started.errors }, gate);
    raw.started = started.stream;
    return started.stream;
  }

  #streamed(response: LibraryResponse, link: Link): Answer {
    const [messages, { status }] = response;
    if (messages === null || typeof messages === 'string') return toAnswer(response);
    const { limits, log, metrics } = this.#options;
    this.#attach(link);
    const stream = new EventStream({
      messages,
      consumer: link.consumer,
      gate: link.gate,
      limits,
      onDrop: (reason) => metrics.subscriptions.dropped(reason),
      onBug: (error) => logBug(log, error, ''),
      onClose: (closed) => {
        this.#open.delete(closed);
        if (link.token !== null) this.#attached.delete(link.token);
      },
    });
    this.#open.add(stream);
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

  #link(token: string | null, maxPerConnection: number): Link {
    const { engine } = this.#options;
    const gate = new Gate();
    return { token, gate, consumer: new Consumer({ engine, transport: 'sse', maxPerConnection, gate }) };
  }

  #linkOf(token: string | undefined): Link {
    const link = token === undefined ? undefined : (this.#reserved.get(token) ?? this.#attached.get(token));
    if (link) return link;
    if (token !== undefined) throw new Refusal(404, 'There is no event stream with this token.', { code: 'NOT_FOUND' });
    throw new Refusal(400, `The token of an event stream must be sent as ${TOKEN_HEADER}; PUT gives one.`);
  }

  #isFull(): boolean {
    return this.size >= this.#options.limits.maxSubscribers;
  }

  /** The library has no other way to give up a reservation than to open and end its stream. */
  #forget(link: Link): void {
    const { token, consumer, timer } = link;
    clearTimeout(timer);
    consumer.end();
    if (token !== null) this.#reserved.delete(token);
    void this.#call({ method: 'GET', accept: EVENT_STREAM_TYPE, link })
      .then(([messages]) => (messages !== null && typeof messages !== 'string' ? messages.return() : undefined))
      .catch((error: unknown) => logBug(this.#options.log, error, ''));
  }
}

const callerOf = ({ request: { headers }, requestId }: Exchange): Caller => ({ requestId, headers });

const tooMany = ({ requestId }: Exchange): Answer =>
  unavailable('There are too many event streams now; try again later.', requestId);

async function* oneResult(result: Result, gate: Gate): AsyncGenerator<Result, undefined> {
  gate.take();
  yield result;
}
