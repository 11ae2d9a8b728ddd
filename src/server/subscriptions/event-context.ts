import { EVENT_CONTEXT } from '../../checkout/event-context.ts';

/** Undefined when the event brings none. */
export const eventContextOf = <Context extends object>(event: unknown): Context | undefined =>
  typeof event === 'object' && event !== null && EVENT_CONTEXT in event
    ? (event[EVENT_CONTEXT] as Context | undefined)
    : undefined;
