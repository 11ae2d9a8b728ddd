/**
 * Under this key an event of a source may carry the context that its execution gets: who made the event has looked
 * something up already. Global, because resolvers and what is under them import nothing of the server.
 */
export const EVENT_CONTEXT: unique symbol = Symbol.for('checkout-gateway.event-context');

/** Undefined when the event brings none. */
export const eventContextOf = <Context extends object>(event: unknown): Context | undefined =>
  typeof event === 'object' && event !== null && EVENT_CONTEXT in event
    ? (event[EVENT_CONTEXT] as Context | undefined)
    : undefined;
