import { LRUCache } from 'lru-cache';
import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import { OwnLimiter } from './own-limiter.ts';
import { type Rate, type RateLimiter, spacingOf, type Taken } from './rate.ts';

/** Callers that are known to have to wait. One that is forgotten is asked about once more. */
const MOST_WAITING = 10_000;

/** Milliseconds. A Redis that is late now and then is not to fill the log. */
const LOG_EVERY_MS = 60_000;

export type SharedOptions = {
  rate: Rate;
  link: RedisLink;
  keyName: (caller: string) => string;
  log: Log;
  /** Epoch milliseconds. */
  now: () => number;
};

/** Counts in Redis, for all replicas together; while it cannot be asked, this process counts for itself. */
export class SharedLimiter implements RateLimiter {
  readonly #options: SharedOptions;
  readonly #args: readonly [interval: number, window: number];
  readonly #own: OwnLimiter;
  /** Until when a caller has to wait, whatever it does: who floods the gateway does not flood Redis. */
  readonly #waitsUntil = new LRUCache<string, number>({ max: MOST_WAITING });
  #isAlone = false;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: SharedOptions) {
    this.#options = options;
    const { interval, window } = spacingOf(options.rate);
    this.#args = [interval, window];
    this.#own = new OwnLimiter(options.rate, options.now);
  }

  async take(caller: string): Promise<Taken> {
    const wait = this.#knownWait(caller);
    if (wait > 0) return { allowed: false, retryAfterMs: wait };
    const { link, keyName } = this.#options;
    let waitMs: number;
    try {
      waitMs = Math.ceil(Number(await link.call('rateTake', [keyName(caller)], this.#args)) / 1000);
    } catch (error) {
      this.#tellAlone(error);
      return this.#own.take(caller);
    }
    this.#isAlone = false;
    if (waitMs > 0) {
      this.#waitsUntil.set(caller, this.#options.now() + waitMs);
      return { allowed: false, retryAfterMs: waitMs };
    }
    // Counted here too: should Redis go away, nobody begins anew.
    this.#own.take(caller);
    return { allowed: true };
  }

  giveBack(caller: string): void {
    const { link, keyName } = this.#options;
    this.#own.giveBack(caller);
    this.#waitsUntil.delete(caller);
    // Where Redis cannot be asked, it comes back by itself with time.
    link.call('rateGiveBack', [keyName(caller)], this.#args).catch(() => {});
  }

  #knownWait(caller: string): number {
    const until = this.#waitsUntil.get(caller);
    if (until === undefined) return 0;
    const wait = until - this.#options.now();
    const { seconds } = this.#options.rate;
    // More than can be: the clock was put back.
    if (wait > 0 && wait <= seconds * 1000) return wait;
    this.#waitsUntil.delete(caller);
    return 0;
  }

  #tellAlone(error: unknown): void {
    const { log, now } = this.#options;
    if (this.#isAlone) return;
    this.#isAlone = true;
    if (now() - this.#toldAt < LOG_EVERY_MS) return;
    this.#toldAt = now();
    const reason = error instanceof Error ? error.name : 'error';
    log.warn({ reason }, 'rate limits cannot be shared: each replica counts for itself until Redis can be asked again');
  }
}
