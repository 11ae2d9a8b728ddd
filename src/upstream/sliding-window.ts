/**
 * How the calls of the last seconds went, to the millisecond: a call counts until it is as old as the window is long,
 * whether or not others came after it.
 */
export class SlidingWindow {
  readonly #lengthMs: number;
  readonly #now: () => number;
  /** When each call ended, oldest first; negative for one that failed. */
  #calls: number[] = [];
  /** Index of the oldest call that still counts. */
  #head = 0;
  #failed = 0;

  /** @param now milliseconds, above 0 */
  constructor(lengthMs: number, now: () => number) {
    this.#lengthMs = lengthMs;
    this.#now = now;
  }

  add(failed: boolean): void {
    this.#forgetOld();
    const now = this.#now();
    this.#calls.push(failed ? -now : now);
    if (failed) this.#failed += 1;
  }

  get total(): number {
    this.#forgetOld();
    return this.#calls.length - this.#head;
  }

  get failed(): number {
    this.#forgetOld();
    return this.#failed;
  }

  clear(): void {
    this.#calls = [];
    this.#head = 0;
    this.#failed = 0;
  }

  #forgetOld(): void {
    const limit = this.#now() - this.#lengthMs;
    for (let call = this.#calls[this.#head]; call !== undefined && Math.abs(call) <= limit; ) {
      if (call < 0) this.#failed -= 1;
      this.#head += 1;
      call = this.#calls[this.#head];
    }
    // Moving the rest to the front only when it is the smaller half keeps the cost of a call constant.
    if (this.#head > 64 && this.#head * 2 > this.#calls.length) {
      this.#calls = this.#calls.slice(this.#head);
      this.#head = 0;
    }
  }
}
