import { StandingRefusal } from '../standing-refusal.ts';

/**
 * Seconds. A burst is over by then, and another replica can be reached at once. It is the same whatever the gateway has no
 * room for; clients wait longer each time.
 */
const RETRY_AFTER = '1';

/** A refusal that may be taken back: the same request may be answered later, or by another replica. */
export const unavailable = (message: string): StandingRefusal =>
  new StandingRefusal(503, message, { code: 'OVERLOADED', retryable: true, headers: { 'retry-after': RETRY_AFTER } });

export const STOPPING = unavailable('The gateway is stopping; connect again to reach another.');
