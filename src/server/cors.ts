import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import type { Route } from './route.ts';

/** Stands for every origin. */
export const ANY_ORIGIN = '*';

/** What clients of GraphQL send beside the headers that every page may send. */
const ALLOWED_HEADERS = [
  'content-type',
  'authorization',
  'x-api-key',
  'x-request-id',
  'x-cache-info',
  'apollo-require-preflight',
  'x-apollo-operation-name',
  'apollographql-client-name',
  'apollographql-client-version',
  'x-graphql-event-stream-token',
  'traceparent',
  'tracestate',
].join(', ');

const EXPOSED_HEADERS = 'x-request-id, retry-after';

/** Seconds. No browser keeps the answer longer, but for Firefox. */
const PREFLIGHT_MAX_AGE = '7200';

type CorsOptions = {
  /** Origins, or `*` for all. @default none: there is no CORS */
  allowedOrigins?: readonly string[] | undefined;
  /** Where pages of these origins may ask. */
  paths: readonly string[];
};

/**
 * Lets pages of other origins read answers (https://fetch.spec.whatwg.org/#http-cors-protocol). Never with credentials
 * that a browser adds by itself: the gateway takes no cookies, and a page has to know the key or token that it sends.
 */
export class Cors {
  readonly #origins: ReadonlySet<string>;
  readonly #paths: ReadonlySet<string>;

  constructor({ allowedOrigins = [], paths }: CorsOptions) {
    this.#origins = new Set(allowedOrigins);
    this.#paths = new Set(paths);
  }

  /**
   * Puts what the origin is allowed on the response, whatever answers it afterwards.
   * @returns the answer, when this was only the question whether the request may be made
   */
  open(route: Route | undefined, request: IncomingMessage, response: ServerResponse): Answer | undefined {
    if (!route || this.#origins.size === 0 || !this.#paths.has(route.path)) return undefined;
    const { origin } = request.headers;
    const isForAll = this.#origins.has(ANY_ORIGIN);
    // Also when the origin is not allowed, or there is none: what is kept of it must not be shown to others.
    if (!isForAll) response.setHeader('vary', 'origin');
    if (origin === undefined || !(isForAll || this.#origins.has(origin))) return undefined;
    response.setHeader('access-control-allow-origin', isForAll ? ANY_ORIGIN : origin);
    response.setHeader('access-control-expose-headers', EXPOSED_HEADERS);
    return isPreflight(request) ? preflightAnswer(route) : undefined;
  }
}

const isPreflight = ({ method, headers }: IncomingMessage): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;

const preflightAnswer = ({ methods }: Route): Answer => ({
  status: 204,
  headers: {
    'access-control-allow-methods': methods.join(', '),
    'access-control-allow-headers': ALLOWED_HEADERS,
    'access-control-max-age': PREFLIGHT_MAX_AGE,
  },
  body: '',
});

/** The same for WebSockets, which no CORS protects; undefined stands for all. */
export const webSocketOrigins = (allowedOrigins: readonly string[] = []): readonly string[] | undefined =>
  allowedOrigins.includes(ANY_ORIGIN) ? undefined : allowedOrigins;

/** Whether a page of the gateway itself asks, as GraphiQL is. Not by scheme: TLS may have ended in front. */
export const isOwnOrigin = ({ origin, host }: IncomingHttpHeaders): boolean =>
  origin !== undefined && host !== undefined && URL.parse(origin)?.host === host.toLowerCase();
