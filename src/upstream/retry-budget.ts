/**
 * Keeps retries a fixed share of the calls, so that a provider in trouble does not get twice the load on top. A token
 * bucket: every call puts a fraction of a token in, every retry takes a whole one.
 */
export class RetryBudget {
  readonly #ratio: number;
  readonly #reserve: number;
  #tokens: number;

  /**
   * @param ratio tokens that a call puts in
   * @param reserve tokens at the beginning, and at most
   */
  constructor(ratio: number, reserve: number) {
    this.#ratio = ratio;
    this.#reserve = reserve;
    this.#tokens = reserve;
  }

  deposit(): void {
    this.#tokens = Math.min(this.#reserve, this.#tokens + this.#ratio);
  }

  /** Whether there may be a retry; if so, it is paid for. */
  take(): boolean {
    // Five times 0.2 is not always 1 in floating point.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }
}
