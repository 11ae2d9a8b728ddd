import type { ApolloServerPlugin, BaseContext } from '@apollo/server';
import type { GraphQLSchema } from 'graphql';
import { checkCost, checkShape } from './check.ts';
import type { QueryLimits } from './query-limits.ts';

/**
 * Turns away what costs too much with the variables that came. That is between validation and execution, and before an
 * automatic persisted query is kept: one that is over the limits never is.
 */
export const limitsPlugin = <Context extends BaseContext>(
  schema: GraphQLSchema,
  limits: QueryLimits,
): ApolloServerPlugin<Context> => ({
  requestDidStart: async () => ({
    async didResolveOperation({ document, operation, request: { variables } }) {
      // The route has looked at it already. Should a document ever come by another way, it is looked at all the same.
      checkShape(document, limits);
      if (operation) checkCost({ schema, document, operation, variables }, limits);
    },
  }),
});
