/** Operations at one time that are let in however late the event loop is: what takes long alone is no overload. */
const LEAST = 8;

/** Operations at one time before anything is known, and again after a quiet time: enough for a burst. */
const USUAL = 256;

/** Milliseconds that a callback may wait for its turn. With more, answers take longer and not one more is given. */
const TARGET_MS = 10;
/** Share of the time from which on the thread counts as always busy. With less, to do less would be a loss. */
const ALWAYS = 0.95;

/** Looks in a row that have to find it so: one may have met a single long callback. */
const LATE_LOOKS = 2;

/** Shares of the limit: with more than the first it is used, with more than the second it can be raised. */
const USED = 0.5;
const FULL = 0.8;

const RAISE = 1.05;
const FALL_AT_LEAST = 0.97;
/** Where providers are slow, what is let in now comes back to the thread much later: with more, the limit would swing. */
const FALL_AT_MOST = 0.8;
/** In the first moments of a storm. */
const FALL_FAST = 0.5;
const VERY_LATE_MS = 50;
/** What a limit far above the usual one loses with each look that finds it unused: the next storm finds it lower. */
const FORGET = 0.99;

/** How the event loop has been since the last look. */
export type LoopLook = {
  /** Milliseconds that callbacks waited for their turn, as a rule. */
  delayMs: number;
  /** The share of the time in which it had something to do, 0 to 1. */
  utilization: number;
};

/**
 * How many operations may be under way at one time. What this process runs short of is its one thread, so the limit goes
 * by how long callbacks wait for their turn, and not by how long operations take: those mostly wait for providers, and a
 * slow provider is no reason to turn away what is kept or what others answer. While the thread keeps up, the limit rises
 * as far as it is used; when it does not, and never has a rest either, the limit falls, the faster the later the thread is.
 * A thread that is late and has rests only shares its processor with others.
 */
export class AdaptiveLimit {
  readonly #most: number;
  #limit: number;
  #underWay = 0;
  /** The most under way at one time since the last look. */
  #peak = 0;
  #lateLooks = 0;

  /** @param most the upper bound */
  constructor(most: number) {
    this.#most = most;
    this.#limit = Math.min(USUAL, most);
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  get underWay(): number {
    return this.#underWay;
  }

  get isFull(): boolean {
    return this.#underWay >= this.limit;
  }

  /** @returns whether one more may begin; then `leave` has to be called once */
  enter(): boolean {
    if (this.isFull) return false;
    this.#underWay += 1;
    this.#peak = Math.max(this.#peak, this.#underWay);
    return true;
  }

  leave(): void {
    this.#underWay -= 1;
  }

  /** To be called some times a second. */
  adapt({ delayMs, utilization }: LoopLook): void {
    const peak = this.#peak;
    this.#peak = this.#underWay;
    const isLate = delayMs > TARGET_MS && utilization >= ALWAYS;
    this.#lateLooks = isLate ? this.#lateLooks + 1 : 0;
    if (this.#lateLooks >= LATE_LOOKS) this.#fall(delayMs, peak);
    else if (isLate) return;
    else if (peak >= this.#limit * FULL) this.#set(Math.max(this.#limit * RAISE, this.#limit + 1));
    else this.#rest(peak);
  }

  /** From where it means something: far above what is under way it holds nobody back. */
  #fall(delayMs: number, peak: number): void {
    const most = delayMs > VERY_LATE_MS ? FALL_FAST : FALL_AT_MOST;
    const factor = Math.min(FALL_AT_LEAST, Math.max(most, TARGET_MS / delayMs));
    this.#set(Math.min(this.#limit, peak / USED) * factor);
  }

  /** Back to the usual limit, from below and from above. */
  #rest(peak: number): void {
    if (this.#limit < USUAL) this.#set(Math.min(USUAL, this.#limit * RAISE));
    else if (peak < this.#limit * USED) this.#set(Math.max(USUAL, this.#limit * FORGET));
  }

  #set(limit: number): void {
    this.#limit = Math.min(this.#most, Math.max(Math.min(LEAST, this.#most), limit));
  }
}
