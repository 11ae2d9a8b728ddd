import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { type CallersOfRequests, callerIn } from '../auth-scopes.ts';
import { checkCost, checkShape } from './check.ts';
import type { Listings } from './prices.ts';
import type { QueryLimits } from './query-limits.ts';

/**
 * Turns away what costs too much with the variables that came. That is between validation and execution, and before an
 * automatic persisted query is kept: one that is over the limits never is.
 */
export const limitsPlugin = <Context extends BaseContext>(
  { schema, listings }: { schema: GraphQLSchema; listings: Listings },
  limits: QueryLimits,
  callers: CallersOfRequests,
): ApolloServerPlugin<Context> => ({
  requestDidStart: async () => ({
    async didResolveOperation({ document, operation, request: { variables, http } }) {
      // The route has looked at it already. Should a document ever come by another way, it is looked at all the same.
      checkShape(document, limits);
      if (!operation) return;
      const { customers } = callerIn(callers, http);
      checkCost({ schema, document, operation, variables }, limits, { listings, customers });
    },
  }),
});
