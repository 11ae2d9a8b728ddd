/**
 * Under this key an event of a subscription may carry the context that its execution gets: who made the event has read
 * something already.
 */
export const EVENT_CONTEXT: unique symbol = Symbol('context of an event');
