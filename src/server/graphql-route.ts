import { type ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server';
import type { GraphQLFormattedError } from 'graphql';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Answer } from './answer.ts';
import type { AnswerSizes } from './answer-sizes.ts';
import { type AuthenticatedCaller, callerOf } from './auth-callers.ts';
import type { CallersOfRequests } from './auth-scopes.ts';
import { readJson } from './body.ts';
import { cacheHeaders } from './cache-plugin.ts';
import { isOutsideBrowsers } from './csrf.ts';
import { logBug, REQUEST_ID_HEADER, withRequestId } from './error-plugin.ts';
import { DocumentGuard, type GuardOptions } from './limits/document-guard.ts';
import { acceptsGraphQL } from './media-type.ts';
import type { GraphQLServerOptions, RequestInfo } from './options.ts';
import type { Admission } from './overload/admission.ts';
import { rateKey } from './overload/rate-key.ts';
import { kindOf } from './public-error.ts';
import { Refusal } from './refusal.ts';
import type { Exchange, Route } from './route.ts';
import { sandboxHeaders, withOfflineHint } from './sandbox-page.ts';

export const GRAPHQL_PATH = '/graphql';

/** GraphQL over HTTP, as https://graphql.github.io/graphql-over-http has it; for browsers, the explorer. */
export function graphqlRoute<Context extends object>(
  apollo: ApolloServer<Context>,
  options: GraphQLServerOptions<Context>,
  admission: Admission,
  callers: CallersOfRequests,
  answerSizes: AnswerSizes,
): Route {
  const guard = new DocumentGuard(options);
  return {
    path: GRAPHQL_PATH,
    methods: ['GET', 'POST'],
    refusal: () => admission.refusal(),
    async answer(exchange) {
      const { request, requestId, search } = exchange;
      const { requestDeadlineMs, now = Date.now } = options;
      // From here on, and not once all has been sent: what comes too slowly is not begun.
      const deadline = now() + requestDeadlineMs;
      const isPost = request.method === 'POST';
      const early = isPost ? await admitted(exchange, options, admission) : undefined;
      const body = isPost ? await readOperation(exchange, options) : undefined;
      const httpGraphQLRequest = {
        method: request.method ?? '',
        headers: apolloHeaders(exchange, isPost),
        search,
        body,
      };
      let refusal: unknown;
      let leave = () => {};
      // With GET it is only known when Apollo asks for the context that no page is wanted, which everybody may see.
      const enter = async () => {
        try {
          const { caller, key } = early ?? (await admitted(exchange, options, admission));
          leave = await admission.enter(deadline, key);
          return caller;
        } catch (error) {
          refusal = error;
          throw error;
        }
      };
      const context = async () => {
        const caller = await enter();
        callers.set(httpGraphQLRequest, caller);
        // Apollo reads the request after this, and answers with what is thrown here.
        Object.assign(httpGraphQLRequest, guard.admit(httpGraphQLRequest));
        return makeContext({ requestId, deadline, headers: request.headers, caller }, options);
      };
      const response = await apollo.executeHTTPGraphQLRequest({ httpGraphQLRequest, context }).finally(() => leave());
      if (refusal !== undefined) throw refusal;
      const answer = toAnswer(response, requestId, options.metrics);
      const onClosed = answerSizes.claim(httpGraphQLRequest);
      return onClosed ? { ...answer, onClosed } : answer;
    },
  };
}

/**
 * @returns the key that the operation was counted by, too: the address is not known any more once its client has gone
 * @throws Refusal when it is nobody that is known, or one who asks too often
 */
async function admitted<Context extends object>(
  { request }: Exchange,
  { authenticate }: GraphQLServerOptions<Context>,
  admission: Admission,
): Promise<{ caller: AuthenticatedCaller; key: string }> {
  const caller = await callerOf(request, authenticate);
  const key = rateKey(caller, request.socket.remoteAddress);
  await admission.count(key);
  return { caller, key };
}

async function readOperation({ request }: Exchange, { trustedDocuments }: GuardOptions): Promise<unknown> {
  // Apollo looks at this too, but only after the operation ran: too late for a mutation.
  if (!acceptsGraphQL(request.headers.accept)) {
    throw new Refusal(406, 'Answers are application/graphql-response+json or application/json; accept one of them.');
  }
  const body = await readJson(request);
  if (Array.isArray(body)) throw new Refusal(400, 'The body must be one operation, and it is a list: batching is off.');
  if (typeof body !== 'object' || body === null) throw new Refusal(400, 'The body must be a JSON object with a query.');
  // Apollo would blame the content type, too. With trusted documents it is told that an id is missing.
  if (trustedDocuments === undefined && Object.keys(body).length === 0)
    throw new Refusal(400, 'The body must be a JSON object with a query, got {}.');
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
  info: RequestInfo,
  { createContext, log }: GraphQLServerOptions<Context>,
): Context {
  try {
    return createContext(info);
  } catch (error) {
    if (kindOf(error).is === 'bug') logBug(log, error, info.requestId);
    throw error;
  }
}

function toAnswer({ status = 200, headers, body }: HTTPGraphQLResponse, requestId: string, metrics: Metrics): Answer {
  if (body.kind !== 'complete') throw new Error('incremental delivery came, and nothing in the schema can ask for it');
  const complete = status < 400 ? body.string : completeErrors(body.string, requestId, metrics);
  // Only these: for the rest our own are stricter.
  const allow = headers.get('allow');
  const contentType = headers.get('content-type') ?? '';
  const isPage = contentType.startsWith('text/html');
  return {
    status,
    headers: {
      'content-type': contentType,
      ...(allow !== undefined && { allow }),
      ...cacheHeaders(headers),
      ...(isPage && sandboxHeaders(complete)),
    },
    body: isPage ? withOfflineHint(complete) : complete,
  };
}

/** What Apollo turns away before an operation exists never passes the plugin that adds the id. */
function completeErrors(body: string, requestId: string, metrics: Metrics): string {
  const result: { errors: GraphQLFormattedError[] } = JSON.parse(body);
  return `${JSON.stringify({ ...result, errors: withRequestId(result.errors, requestId, metrics) })}\n`;
}
