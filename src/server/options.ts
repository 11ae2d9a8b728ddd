import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { SubscriptionOptions } from './subscriptions/limits.ts';

/** What is known of a request when its context is made. */
export type RequestInfo = {
  requestId: string;
  /** Epoch milliseconds by which the caller must have an answer. */
  deadline: number;
  headers: IncomingHttpHeaders;
  /** What a WebSocket's client sent when it began to speak: as a rule, what others send in headers. */
  connectionParams?: Record<string, unknown>;
};

/** What an answer was made of. */
export type CacheReport = {
  /** Reads answered from what is kept, and reads that a provider was asked for. */
  hits: number;
  misses: number;
  /** Whether something old is shown because its provider could not be asked. */
  isStale: boolean;
  /** Epoch milliseconds until which all of it is fresh; null when nothing was read. */
  freshUntil: number | null;
};

/** What the webhooks of one provider are handed to. */
export type WebhookEndpoint = {
  /** Whether the provider sent it: the problem is a word for the log, and holds nothing of what came. */
  verify(
    rawBody: Buffer,
    headers: Readonly<Record<string, readonly string[] | undefined>>,
  ): { isGenuine: true; eventId: string } | { isGenuine: false; problem: string };
  /** The provider's word for what happened, empty when there is none. Never throws. */
  typeOf(body: object): string;
  /** Writes an event down; it resolves when it is safe: the provider does not send it again after that. */
  receive(event: { eventId: string; body: object }): Promise<'RECORDED' | 'KNOWN' | 'IGNORED'>;
};

export type GraphQLServerOptions<Context extends object> = {
  schema: GraphQLSchema;
  /**
   * Made for each request, and for a subscription both when it starts and for each of its events. Apollo hands resolvers a shallow copy with the same prototype: no class with private fields,
   * and nothing that must keep its identity but by reference.
   */
  createContext(request: RequestInfo): Context;
  /**
   * Makes the context of an event from the one with which its subscription started, for what is to be looked up once
   * and not for each event. Nothing that was loaded may be taken over. @default a new one by `createContext`
   */
  forkContext?(context: Context, request: RequestInfo): Context;
  /** How much subscribers may take. */
  subscriptions?: SubscriptionOptions;
  /** What a request's answer was made of, once it is complete. */
  cacheReport?(context: Context): CacheReport;
  /** Whether a request got the result of an earlier one with the same idempotency key. */
  isReplayed?(context: Context): boolean;
  /** What a document has to keep to beside GraphQL's own rules. */
  validationRules?: readonly ValidationRule[];
  /** Whether callers may ask for the schema: introspection, explorers and suggestions in error messages. */
  introspection: boolean;
  /** Leaves out the explorer that is loaded from Apollo's servers. */
  production: boolean;
  /** Milliseconds that one request may take. */
  requestDeadlineMs: number;
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** Parts of the service and how they are: `up`, `degraded`, `down`, `disabled`. */
  readiness(): Record<string, string>;
  /** The webhooks of a provider that is not named here are turned away, as its setting is missing. */
  webhooks?: Readonly<Partial<Record<ProviderName, WebhookEndpoint>>>;
  log: Log;
  metrics: Metrics;
  /** Stands in the explorers when they open. */
  exampleQuery?: string;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
  /** Milliseconds that a client may take to send the head of a request. @default 10_000 */
  headersTimeoutMs?: number;
  /** Milliseconds that a client may take to send a whole request. @default 15_000 */
  requestTimeoutMs?: number;
};

/** A server that listens. */
export type GraphQLServer = {
  /** Where it can be opened from this machine. */
  url: string;
  port: number;
  /** Has /readyz say so. */
  ready(): void;
  /**
   * Lets requests under way finish and closes everything; calling it again waits for the same stop.
   *
   * @param graceMs after which connections are cut off. @default 10_000
   */
  stop(graceMs?: number): Promise<void>;
};
