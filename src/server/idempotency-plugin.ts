import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import type { GraphQLServerOptions } from './options.ts';

/** Tells in `extensions.idempotency` that an answer is the result of an earlier request with the same key. */
export function idempotencyPlugin<Context extends object>({
  isReplayed,
}: GraphQLServerOptions<Context>): ApolloServerPlugin<Context> {
  if (!isReplayed) return {};
  const listener: GraphQLRequestListener<Context> = {
    async willSendResponse({ response, contextValue }) {
      if (response.body.kind !== 'single' || !isReplayed(contextValue)) return;
      const result = response.body.singleResult;
      result.extensions = { ...result.extensions, idempotency: { replayed: true } };
    },
  };
  return { requestDidStart: async () => listener };
}
