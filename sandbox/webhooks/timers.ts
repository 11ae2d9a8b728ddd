/** Timers that can all be ended at once, and keep no process alive. */
export class Timers {
  readonly #running = new Set<NodeJS.Timeout>();

  after(ms: number, run: () => void): NodeJS.Timeout {
    const timer = setTimeout(() => {
      this.#running.delete(timer);
      run();
    }, ms).unref();
    this.#running.add(timer);
    return timer;
  }

  clear(): void {
    for (const timer of this.#running) clearTimeout(timer);
    this.#running.clear();
  }
}
