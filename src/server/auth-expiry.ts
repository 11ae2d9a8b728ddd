/** Milliseconds. Wall clocks are set, and timers take no notice: so it is looked at in between. */
const LONGEST_WAIT_MS = 60_000;

/** Ends something when the first of those whose it is has to prove again who it is. */
export class Expiry {
  readonly #now: () => number;
  readonly #onExpired: () => void;
  #expiresAt = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number, onExpired: () => void) {
    this.#now = now;
    this.#onExpired = onExpired;
  }

  /** @param expiresAt epoch milliseconds; never when it is not there */
  limit(expiresAt: number | undefined): void {
    if (expiresAt === undefined || expiresAt >= this.#expiresAt) return;
    this.#expiresAt = expiresAt;
    this.#wait();
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.#expiresAt = Number.NEGATIVE_INFINITY;
  }

  #wait(): void {
    clearTimeout(this.#timer);
    const left = Math.max(0, this.#expiresAt - this.#now());
    this.#timer = setTimeout(
      () => {
        if (this.#now() >= this.#expiresAt) this.#onExpired();
        else this.#wait();
      },
      Math.min(left, LONGEST_WAIT_MS),
    );
    this.#timer.unref();
  }
}
