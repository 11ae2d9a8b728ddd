import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import type { Caller } from '../checkout/caller.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Authenticate } from './auth-callers.ts';
import type { Listings } from './limits/prices.ts';
import type { ChosenLimits } from './limits/query-limits.ts';
import type { SubscriptionOptions } from './subscriptions/limits.ts';

/** What is known of a request when its context is made. */
export type RequestInfo = {
  requestId: string;
  /** Epoch milliseconds by which the caller must have an answer. */
  deadline: number;
  headers: IncomingHttpHeaders;
  /** What a WebSocket's client sent when it began to speak: as a rule, what others send in headers. */
  connectionParams?: Record<string, unknown>;
  /** Who asks. */
  caller: Caller;
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

/** Counts what callers ask for. */
export type RateLimiter = {
  /** Counts one more operation of a caller, unless it has to wait. Never rejects. */
  take(caller: string): Promise<{ allowed: true } | { allowed: false; retryAfterMs: number }>;
  /** Counts one operation of a caller no more: it was not begun. Never throws. */
  giveBack(caller: string): void;
};

export type GraphQLServerOptions<Context extends object> = {
  schema: GraphQLSchema;
  /**
   * Made for each request, and for a subscription both when it starts and for each of its events. Apollo hands resolvers a shallow copy with the same prototype: no class with private fields,
   * and nothing that must keep its identity but by reference.
   */
  createContext(request: RequestInfo): Context;
  /**
   * Tells who asks, before anything of a request is looked at but its headers, and when a WebSocket begins to speak.
   * Pages, health, metrics and webhooks are for everybody. @default callers are not told apart
   */
  authenticate?: Authenticate;
  /**
   * Makes the context of an event from the one with which its subscription started, for what is to be looked up once
   * and not for each event. Nothing that was loaded may be taken over. @default a new one by `createContext`
   */
  forkContext?(context: Context, request: RequestInfo): Context;
  /** Origins whose pages may ask and subscribe, or `*` for all. @default only the gateway's own */
  allowedOrigins?: readonly string[];
  /** Seconds for which browsers are told to come by TLS only. @default they are told nothing */
  hstsMaxAge?: number | undefined;
  /** How much subscribers may take. */
  subscriptions?: SubscriptionOptions;
  /** What a request's answer was made of, once it is complete. */
  cacheReport?(context: Context): CacheReport;
  /** Whether a request got the result of an earlier one with the same idempotency key. */
  isReplayed?(context: Context): boolean;
  /** What a document has to keep to beside GraphQL's own rules. */
  validationRules?: readonly ValidationRule[];
  /** What a document may be, and what answering it may cost. @default those of limits/query-limits.ts */
  queryLimits?: ChosenLimits | undefined;
  /** How each provider's sessions can be listed; what a page of a list costs goes by it. */
  listings: Listings;
  /** The text of a manifest; only the documents in it may run. @default any may */
  trustedDocuments?: string | undefined;
  /** Whether callers may ask for the schema: introspection, explorers and suggestions in error messages. */
  introspection: boolean;
  /** Leaves out the explorer that is loaded from Apollo's servers. */
  production: boolean;
  /** Milliseconds that one request may take. */
  requestDeadlineMs: number;
  /** @default callers may ask as often as they like */
  rateLimiter?: RateLimiter | undefined;
  /** The most operations that may be under way at one time; fewer when this process cannot keep up. @default 1000 */
  maxConcurrency?: number | undefined;
  /** Milliseconds from the moment that /readyz says 503 to the one from which on nothing new is taken. @default 0 */
  shutdownDelayMs?: number;
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
  /** Milliseconds after which a connection is cut whose client takes nothing of its answer. @default 30_000 */
  stallTimeoutMs?: number;
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
   * @param graceMs after which connections are cut off. @default a second more than one request may take
   */
  stop(graceMs?: number): Promise<void>;
};
