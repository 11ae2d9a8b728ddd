import type { IncomingHttpHeaders } from 'node:http';
import type { GraphQLSchema, ValidationRule } from 'graphql';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';

/** What is known of a request when its context is made. */
export type RequestInfo = {
  requestId: string;
  /** Epoch milliseconds by which the caller must have an answer. */
  deadline: number;
  headers: IncomingHttpHeaders;
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

export type GraphQLServerOptions<Context extends object> = {
  schema: GraphQLSchema;
  /**
   * Made for each request. Apollo hands resolvers a shallow copy with the same prototype: no class with private fields,
   * and nothing that must keep its identity but by reference.
   */
  createContext(request: RequestInfo): Context;
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
