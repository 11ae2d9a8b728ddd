import { LRUCache } from 'lru-cache';
import { type Rate, spacingOf, type Taken } from './rate.ts';

/** Who has not asked for longest is forgotten; one takes about 150 bytes. */
const MOST_CALLERS = 10_000;

const ALLOWED: Taken = { allowed: true };

/**
 * Counts in this process, by the generic cell rate algorithm: of each caller it is known when all that was taken will have
 * come back at the rate over time. It is the same as in Redis, so that going from one to the other changes the count only.
 */
export class OwnLimiter {
  readonly #interval: number;
  readonly #window: number;
  readonly #now: () => number;
  readonly #fullAt = new LRUCache<string, number>({ max: MOST_CALLERS });

  /** @param now epoch milliseconds */
  constructor(rate: Rate, now: () => number) {
    const { interval, window } = spacingOf(rate);
    this.#interval = interval;
    this.#window = window;
    this.#now = now;
  }

  take(caller: string): Taken {
    const now = this.#now() * 1000;
    const known = this.#fullAt.get(caller) ?? now;
    const fullAt = Math.min(Math.max(known, now), now + this.#window);
    // Further ahead than can have come about: a clock that was put back must not lock anybody out.
    if (known > fullAt) this.#fullAt.set(caller, fullAt);
    const after = fullAt + this.#interval;
    const wait = after - now - this.#window;
    if (wait > 0) return { allowed: false, retryAfterMs: Math.ceil(wait / 1000) };
    this.#fullAt.set(caller, after);
    return ALLOWED;
  }

  giveBack(caller: string): void {
    const fullAt = this.#fullAt.get(caller);
    if (fullAt !== undefined) this.#fullAt.set(caller, fullAt - this.#interval);
  }
}
