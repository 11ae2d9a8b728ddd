import type { ApolloServerPlugin, GraphQLRequestListener } from '@apollo/server';
import { GraphQLError, type OperationTypeNode } from 'graphql';
import type { Caller, Scope } from '../checkout/caller.ts';
import { GatewayError } from '../checkout/errors.ts';

const NEEDED = {
  query: 'checkout:read',
  subscription: 'checkout:read',
  mutation: 'checkout:write',
} as const satisfies Record<`${OperationTypeNode}`, Scope>;

/** @throws GatewayError when an operation of this kind is not for the caller */
export function requireScope({ scopes }: Caller, operation: `${OperationTypeNode}`): void {
  const scope = NEEDED[operation];
  if (scopes.has(scope)) return;
  throw new GatewayError('FORBIDDEN', `A ${operation} needs the scope ${scope}, and this caller does not have it.`);
}

/** By the requests as Apollo is handed them: it goes on with a copy of the context, but with these themselves. */
export type CallersOfRequests = WeakMap<object, Caller>;

/** @throws Error when nobody has told who sent the request */
export function callerIn(callers: CallersOfRequests, request: object | undefined): Caller {
  const caller = request && callers.get(request);
  if (!caller) throw new Error('an operation of nobody');
  return caller;
}

/** Stops an operation that is not for its caller before it is executed. */
export function scopePlugin<Context extends object>(callers: CallersOfRequests): ApolloServerPlugin<Context> {
  const listener: GraphQLRequestListener<Context> = {
    async didResolveOperation({ request, operation }) {
      // Of several operations none was named, and none will be executed.
      if (!operation) return;
      const caller = callerIn(callers, request.http);
      try {
        requireScope(caller, operation.operation);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        const { message, extensions } = error;
        throw new GraphQLError(message, {
          originalError: error,
          extensions: { ...extensions, http: { status: 403 } },
        });
      }
    },
  };
  return { requestDidStart: async () => listener };
}
