import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Answer } from './answer.ts';
import { readJson } from './body.ts';
import { cacheHeaders } from './cache-plugin.ts';
import { isOutsideBrowsers } from './csrf.ts';
import { logBug, REQUEST_ID_HEADER, withRequestId } from './error-plugin.ts';
import { acceptsGraphQL } from './media-type.ts';
import type { GraphQLServerOptions } from './options.ts';
import { kindOf } from './public-error.ts';
import { Refusal } from './refusal.ts';
import type { Exchange, Route } from './route.ts';
import { withOfflineHint } from './sandbox-page.ts';

export const GRAPHQL_PATH = '/graphql';

/** GraphQL over HTTP, as https://graphql.github.io/graphql-over-http has it; for browsers, the explorer. */
export function graphqlRoute<Context extends object>(
  apollo: ApolloServer<Context>,
  options: GraphQLServerOptions<Context>,
): Route {
  return {
    path: GRAPHQL_PATH,
    methods: ['GET', 'POST'],
    async answer(exchange) {
      const { request, requestId, search } = exchange;
      const isPost = request.method === 'POST';
      const body = isPost ? await readOperation(exchange) : undefined;
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: { method: request.method ?? '', headers: apolloHeaders(exchange, isPost), search, body },
        context: async () => makeContext(exchange, options),
      });
      return toAnswer(response, requestId, options.metrics);
    },
  };
}

async function readOperation({ request }: Exchange): Promise<unknown> {
  // Apollo looks at this too, but only after the operation ran: too late for a mutation.
  if (!acceptsGraphQL(request.headers.accept)) {
    throw new Refusal(406, 'Answers are application/graphql-response+json or application/json; accept one of them.');
  }
  const body = await readJson(request);
  if (Array.isArray(body)) throw new Refusal(400, 'The body must be one operation, and it is a list: batching is off.');
  if (typeof body !== 'object' || body === null) throw new Refusal(400, 'The body must be a JSON object with a query.');
  return body;
}

function apolloHeaders({ request, requestId }: Exchange, isPost: boolean): HeaderMap {
  const headers = new HeaderMap();
  for (const name in request.headers) {
    const value = request.headers[name];
    if (value !== undefined) headers.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  headers.set(REQUEST_ID_HEADER, requestId);
  // Apollo takes any request with this header for one that no foreign page can have caused.
  if (!isPost && isOutsideBrowsers(request.headers)) headers.set('apollo-require-preflight', 'true');
  return headers;
}

function makeContext<Context extends object>(
  { request, requestId }: Exchange,
  { createContext, requestDeadlineMs, log, now = Date.now }: GraphQLServerOptions<Context>,
): Context {
  try {
    return createContext({ requestId, deadline: now() + requestDeadlineMs, headers: request.headers });
  } catch (error) {
    if (kindOf(error).is === 'bug') logBug(log, error, requestId);
    throw error;
  }
}

function toAnswer({ status = 200, headers, body }: HTTPGraphQLResponse, requestId: string, metrics: Metrics): Answer {
  if (body.kind !== 'complete') throw new Error('incremental delivery came, and nothing in the schema can ask for it');
  const complete = status < 400 ? body.string : completeErrors(body.string, requestId, metrics);
  // Only these: for the rest our own are stricter.
  const allow = headers.get('allow');
  const contentType = headers.get('content-type') ?? '';
  return {
    status,
    headers: { 'content-type': contentType, ...(allow !== undefined && { allow }), ...cacheHeaders(headers) },
    body: contentType.startsWith('text/html') ? withOfflineHint(complete) : complete,
  };
}

/** What Apollo turns away before an operation exists never passes the plugin that adds the id. */
function completeErrors(body: string, requestId: string, metrics: Metrics): string {
  const result: { errors: GraphQLFormattedError[] } = JSON.parse(body);
  return `${JSON.stringify({ ...result, errors: withRequestId(result.errors, requestId, metrics) })}\n`;
}
