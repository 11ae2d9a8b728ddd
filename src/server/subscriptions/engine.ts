import type { IncomingHttpHeaders } from 'node:http';
import {
  createSourceEventStream,
  execute,
  type GraphQLError,
  type GraphQLFormattedError,
  getOperationAST,
  type OperationDefinitionNode,
  OperationTypeNode,
} from 'graphql';
import type { Transport } from '../../telemetry/metrics.ts';
import type { AuthenticatedCaller } from '../auth-callers.ts';
import { requireScope } from '../auth-scopes.ts';
import type { GraphQLServerOptions, RequestInfo } from '../options.ts';
import type { Admission } from '../overload/admission.ts';
import { rateKey } from '../overload/rate-key.ts';
import { declaredVariables } from './declared-variables.ts';
import { Documents, type LiveDocument } from './documents.ts';
import { eventContextOf } from './event-context.ts';
import type { Gate } from './gate.ts';
import type { Limits } from './limits.ts';
import { OperationStream, type Result } from './operation-stream.ts';
import { FormattedErrors, PublicErrors, RequestErrors, TurnedAway, withCode } from './public-errors.ts';
import { type Holder, holderOf, Shares } from './shares.ts';

/** What a client sends to subscribe, its types checked by the transport. */
export type SubscribeRequest = {
  query: string;
  operationName?: string | null | undefined;
  variables?: Record<string, unknown> | null | undefined;
  /** Here may be the id of a trusted document. */
  extensions?: Record<string, unknown> | null | undefined;
};

/** Who subscribes, and how. */
export type Subscriber = {
  requestId: string;
  headers: IncomingHttpHeaders;
  connectionParams?: Record<string, unknown> | undefined;
  /** Where the connection comes from. */
  address: string | undefined;
  caller: AuthenticatedCaller;
  transport: Transport;
  gate?: Gate;
  /** Called once when a stream that was started has ended. */
  ended(stream: OperationStream): void;
};

export type Started = { stream: OperationStream } | { errors: GraphQLFormattedError[] };

/** What is kept of a subscription as long as it lives, in this and nothing else. */
type Run<Context> = {
  live: LiveDocument;
  holder: Holder;
  variables: Record<string, unknown> | undefined;
  operationName: string | undefined;
  weight: number;
  subscriber: Subscriber;
  /** Kept only where the contexts of events are made from it. */
  context: Context | undefined;
};

/** Characters of JSON: what the variables of all subscriptions may take. */
const MAX_VARIABLES = 8 * 2 ** 20;

/** Runs subscriptions, whatever they come by. */
export class SubscriptionEngine<Context extends object> {
  readonly #options: GraphQLServerOptions<Context>;
  readonly #maxSubscribers: number;
  readonly #documents: Documents;
  readonly #subscriberShares: Shares;
  readonly #variableShares = new Shares(MAX_VARIABLES, 'the variables of subscriptions');
  readonly #admission: Admission;
  readonly errors: PublicErrors;
  #running = 0;
  #weight = 0;

  constructor(options: GraphQLServerOptions<Context>, { maxSubscribers }: Limits, admission: Admission) {
    this.#options = options;
    this.#admission = admission;
    this.#maxSubscribers = maxSubscribers;
    this.#subscriberShares = new Shares(maxSubscribers, 'the subscriptions');
    this.#documents = new Documents(options);
    this.errors = new PublicErrors(options);
  }

  /** Never rejects. */
  async start(request: SubscribeRequest, subscriber: Subscriber): Promise<Started> {
    const { requestId } = subscriber;
    let run: Run<Context> | undefined;
    try {
      const info = this.#infoFor(subscriber);
      const key = rateKey(subscriber.caller, subscriber.address);
      // Requests for event streams were counted when they came, so that they can be refused with a status.
      if (subscriber.transport === 'ws') await this.#admission.count(key);
      const admitted = this.#admit(request, subscriber);
      run = admitted;
      const source = await this.#admission.run(info.deadline, key, () => this.#begin(admitted, info));
      return { stream: this.#streamOf(admitted, source) };
    } catch (error) {
      if (run) this.#leave(run);
      return { errors: this.errors.of(error, requestId) };
    }
  }

  #admit(request: SubscribeRequest, subscriber: Subscriber): Run<Context> {
    if (this.#running >= this.#maxSubscribers) throw overloaded();
    const holder = holderOf(subscriber.caller);
    this.#subscriberShares.check(holder);
    const live = this.#documents.acquire(request, holder);
    const operationName = request.operationName ?? undefined;
    const variables = declaredVariables(live.document, operationName, request.variables);
    const weight = weightOf(variables);
    try {
      if (this.#weight + weight > MAX_VARIABLES) throw overloaded();
      this.#variableShares.take(holder, weight);
    } catch (error) {
      this.#documents.release(live, holder);
      throw error;
    }
    this.#subscriberShares.take(holder);
    this.#running += 1;
    this.#weight += weight;
    this.#options.metrics.subscriptions.started(subscriber.transport);
    return { live, holder, variables, operationName, weight, subscriber, context: undefined };
  }

  #leave({ live, holder, weight, subscriber }: Run<Context>): void {
    this.#documents.release(live, holder);
    this.#subscriberShares.giveBack(holder);
    this.#variableShares.giveBack(holder, weight);
    this.#running -= 1;
    this.#weight -= weight;
    this.#options.metrics.subscriptions.ended(subscriber.transport);
  }

  #infoFor({ requestId, headers, connectionParams, caller }: Subscriber): RequestInfo {
    const { now = Date.now, requestDeadlineMs } = this.#options;
    const deadline = now() + requestDeadlineMs;
    return { requestId, headers, deadline, caller, ...(connectionParams && { connectionParams }) };
  }

  async #begin(run: Run<Context>, info: RequestInfo): Promise<AsyncIterator<unknown>> {
    const context = this.#options.createContext(info);
    if (this.#options.forkContext) run.context = context;
    return this.#subscribe(run, context);
  }

  async #subscribe(run: Run<Context>, contextValue: Context): Promise<AsyncIterator<unknown>> {
    const { live, variables, operationName } = run;
    const { document } = live;
    const operation = requireSubscription(run);
    requireScope(run.subscriber.caller, 'subscription');
    this.#documents.checkCost(live, { operation, variables, caller: run.subscriber.caller });
    const source = await createSourceEventStream({
      schema: this.#options.schema,
      document,
      contextValue,
      variableValues: variables,
      operationName,
    });
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    throw new RequestErrors((source.errors ?? []).map(asRequestError));
  }

  #streamOf(run: Run<Context>, source: AsyncIterator<unknown>): OperationStream {
    const { subscriber } = run;
    return new OperationStream({
      source,
      gate: subscriber.gate,
      respond: (event) => this.#respond(run, event),
      failed: (error) => {
        const errors = this.errors.of(error, subscriber.requestId);
        // Event streams have no message for it but a last result.
        if (subscriber.transport === 'sse') return { errors };
        throw new FormattedErrors(errors);
      },
      ended: (stream) => {
        this.#leave(run);
        subscriber.ended(stream);
      },
    });
  }

  /** Each event is a request of its own: nothing that was loaded for the one before is shown again. */
  async #respond(run: Run<Context>, event: unknown): Promise<Result> {
    const { live, variables, operationName, subscriber } = run;
    const { schema, metrics, cacheReport } = this.#options;
    metrics.subscriptions.event(subscriber.transport);
    try {
      const contextValue = eventContextOf<Context>(event) ?? this.#contextFor(run);
      const { errors, ...result } = await execute({
        schema,
        document: live.document,
        rootValue: event,
        contextValue,
        variableValues: variables,
        operationName,
      });
      return {
        ...result,
        ...(errors && { errors: this.errors.of(new RequestErrors(errors), subscriber.requestId) }),
        ...(cacheReport?.(contextValue).isStale && { extensions: { cache: { stale: true } } }),
      };
    } catch (error) {
      return { errors: this.errors.of(error, subscriber.requestId) };
    }
  }

  #contextFor({ context, subscriber }: Run<Context>): Context {
    const { createContext, forkContext } = this.#options;
    const info = this.#infoFor(subscriber);
    return forkContext && context ? forkContext(context, info) : createContext(info);
  }
}

const weightOf = (variables: Record<string, unknown> | undefined): number =>
  variables ? JSON.stringify(variables).length : 0;

const overloaded = () => new TurnedAway('OVERLOADED', 'There are too many subscribers now; try again later.');

function requireSubscription({ live, operationName }: Run<object>): OperationDefinitionNode {
  const operation = getOperationAST(live.document, operationName);
  if (!operation) {
    const sentence =
      operationName === undefined
        ? 'Expected the name of the operation to run, because the document does not hold exactly one.'
        : 'Expected the name of an operation of the document, and there is none of the name that came.';
    throw new TurnedAway('BAD_USER_INPUT', sentence);
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return operation;
  const sentence = `Expected a subscription, got a ${operation.operation}; send queries and mutations by POST /graphql.`;
  throw new TurnedAway('BAD_USER_INPUT', sentence);
}

/** What is wrong before a resolver was called is the caller's mistake. graphql-js gives such errors no code. */
const asRequestError = (error: GraphQLError): GraphQLError =>
  error.path === undefined && error.extensions.code === undefined ? withCode(error, 'BAD_USER_INPUT') : error;
