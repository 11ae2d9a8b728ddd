import type { ApolloServerPlugin, BaseContext, GraphQLRequest, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { kindOf } from './public-error.ts';

/** The request's id travels in the headers that Apollo is handed: it is there whatever the context holds. */
export const REQUEST_ID_HEADER = 'x-request-id';

const requestIdOf = (request: GraphQLRequest): string => request.http?.headers.get(REQUEST_ID_HEADER) ?? '';

/**
 * Adds the request's id to errors and counts them.
 *
 * @returns the same errors in the same order; one that has its id already was counted and stays as it is
 */
export const withRequestId = (
  errors: readonly GraphQLFormattedError[],
  requestId: string,
  metrics: Metrics,
): GraphQLFormattedError[] =>
  errors.map((error) => {
    if (error.extensions?.requestId !== undefined) return error;
    metrics.graphqlError(String(error.extensions?.code));
    return { ...error, extensions: { ...error.extensions, requestId } };
  });

/** Only the stack: other properties of foreign errors hold requests, addresses and keys. */
export function logBug(log: Log, error: unknown, requestId: string, path?: readonly (string | number)[]): void {
  const stack = error instanceof Error ? error.stack : String(error);
  log.error({ requestId, ...(path && { path: path.join('.') }), stack }, 'a request met a bug');
}

/** An error that many fields share, as those of one loader do, is one bug. */
function logBugs(log: Log, errors: readonly GraphQLError[], requestId: string): void {
  const seen = new Set<unknown>();
  for (const error of errors) {
    const thrown = error.originalError ?? error;
    if (kindOf(error).is !== 'bug' || seen.has(thrown)) continue;
    seen.add(thrown);
    logBug(log, thrown, requestId, error.path);
  }
}

/** Completes the errors of each answer, and logs those that nobody foresaw. */
export function errorPlugin<Context extends BaseContext>(log: Log, metrics: Metrics): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async didEncounterErrors({ errors, request }) {
      logBugs(log, errors, requestIdOf(request));
    },
    async willSendResponse({ request, response }) {
      if (response.body.kind !== 'single') return;
      const result = response.body.singleResult;
      if (result.errors) result.errors = withRequestId(result.errors, requestIdOf(request), metrics);
    },
  };
  return {
    requestDidStart: async () => listener,
    async unexpectedErrorProcessingRequest({ requestContext, error }) {
      logBug(log, error, requestIdOf(requestContext.request));
    },
  };
}
