/** Requests that are being dealt with, those among them that nobody waits for any more: a change is finished all the same. */
export class UnderWay {
  #count = 0;
  #waiting: (() => void)[] = [];

  /** @param work never rejects */
  async track(work: Promise<void>): Promise<void> {
    this.#count += 1;
    await work;
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Resolves when there are none, or after a time. */
  none(withinMs: number): Promise<void> {
    if (this.#count === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, withinMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
