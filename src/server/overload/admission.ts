import type { Log } from '../../telemetry/log.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import type { Lifecycle } from '../operations-routes.ts';
import type { RateLimiter } from '../options.ts';
import { Refusal } from '../refusal.ts';
import type { StandingRefusal } from '../standing-refusal.ts';
import { TurnQueue } from './turn-queue.ts';
import { STOPPING, unavailable } from './unavailable.ts';

/** Operations at one time, where nothing else is set: with more, what waits for providers fills the memory. */
const DEFAULT_MOST = 1000;

/** Milliseconds. An overload lasts, and is not to fill the log. */
const LOG_EVERY_MS = 60_000;

type Options = {
  lifecycle: Lifecycle;
  /** @default nobody is limited */
  rateLimiter?: RateLimiter | undefined;
  /** @default DEFAULT_MOST */
  maxConcurrency?: number | undefined;
  log: Log;
  metrics: Metrics;
  /** Epoch milliseconds. @default Date.now */
  now?: () => number;
};

/** What stands before every operation, whatever it comes by; what is turned away here has cost next to nothing. */
export class Admission {
  readonly #options: Options;
  readonly #queue = new TurnQueue();
  readonly #most: number;
  #begun = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: Options) {
    this.#options = options;
    this.#most = options.maxConcurrency ?? DEFAULT_MOST;
    options.metrics.load.watch(() => this);
  }

  /** Operations that wait for their turn, and those that have begun. */
  get underWay(): number {
    return this.#queue.length + this.#begun;
  }

  /** How many there may be of them now. */
  get limit(): number {
    return Math.min(this.#most, this.#queue.limit + this.#begun);
  }

  get #isFull(): boolean {
    return this.#queue.isFull || this.underWay >= this.#most;
  }

  /** To be told of each new connection. */
  connected(): void {
    this.#queue.arrived();
  }

  /** While it lasts nothing is begun, and all the more connections are accepted. */
  async hold(work: Promise<void>): Promise<void> {
    this.#queue.isHeld = true;
    await work;
    this.#queue.isHeld = false;
  }

  /** Why none is taken now. To be asked before anything of a request is read. */
  refusal(): StandingRefusal | undefined {
    // Requests on connections that were open before; one that has begun is finished.
    if (this.#options.lifecycle.phase === 'draining') return STOPPING;
    return this.#isFull ? this.#overloaded() : undefined;
  }

  /** Counts an operation of a caller, unless there is no room for it anyway. @throws Refusal with 429 or 503 */
  async count(caller: string): Promise<void> {
    if (this.#isFull) throw this.#overloaded();
    const taken = await this.#options.rateLimiter?.take(caller);
    if (!taken || taken.allowed) return;
    this.#options.metrics.load.turnedAway('rate_limited');
    throw rateLimited(taken.retryAfterMs);
  }

  /**
   * Resolves when it is an operation's turn; it takes its place only here, so that who sends slowly, or is nobody that is
   * known, takes nobody's.
   * @param deadline epoch milliseconds
   * @param caller for whom it was counted; it is not when it is turned away
   * @returns what has to be called once, when the operation is over
   * @throws Refusal with 503
   */
  async enter(deadline: number, caller: string): Promise<() => void> {
    try {
      await this.#turn(deadline);
    } catch (error) {
      this.#options.rateLimiter?.giveBack(caller);
      throw error;
    }
    return () => {
      this.#begun -= 1;
    };
  }

  /** Runs an operation when it is its turn, as `enter` has it. @throws Refusal with 503, and whatever the work throws */
  async run<T>(deadline: number, caller: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(deadline, caller);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async #turn(deadline: number): Promise<void> {
    if (this.#isFull) throw this.#overloaded();
    await this.#queue.turn();
    // Nobody would get the answer, and a change would be made that nobody hears of.
    const { now = Date.now } = this.#options;
    if (now() >= deadline) throw this.#tooLate();
    this.#begun += 1;
  }

  #overloaded(): StandingRefusal {
    const { log, metrics, now = Date.now } = this.#options;
    metrics.load.turnedAway('overloaded');
    if (now() - this.#toldAt >= LOG_EVERY_MS) {
      this.#toldAt = now();
      log.warn(
        { limit: this.limit },
        'there are more requests than can be served: those above the limit are turned away',
      );
    }
    return OVERLOADED;
  }

  #tooLate(): StandingRefusal {
    this.#options.metrics.load.turnedAway('too_late');
    return TOO_LATE;
  }
}

const OVERLOADED = unavailable('There are more requests now than the gateway can serve; try again.');
const TOO_LATE = unavailable('The time for this request was over before it could begin; nothing was done.');

const rateLimited = (retryAfterMs: number): Refusal =>
  new Refusal(429, 'There are more requests of this caller than it may make; try again later.', {
    code: 'RATE_LIMITED',
    retryable: true,
    retryAfterMs,
    headers: { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) },
  });
