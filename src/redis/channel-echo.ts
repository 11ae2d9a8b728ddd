/** Milliseconds from one call to the next. */
const CALL_EVERY_MS = 1000;
/** For how many calls in a row an echo may be owed. */
const OWED_IN_A_ROW = 3;

export type EchoOptions = {
  /** Publishes it to ourselves, on the way that messages take; rejects when that may not have happened. */
  call(text: string): Promise<void>;
  /** Something that was published did not come, and what was published after it did. */
  skipped(): void;
  /** What is published does not come any more. Told once for each start. */
  silent(): void;
};

/**
 * Calls, and listens for the echo: a subscriber can be connected well to a Redis that hears nothing of what is published,
 * because it left its cluster, is cut off from it, or is not any more the one whose name leads to it.
 */
export class Echo {
  readonly #options: EchoOptions;
  #timer: NodeJS.Timeout | undefined;
  /** Calls count on over all starts, so that what comes late is not taken for another. */
  #called = 0;
  #heard = 0;
  /** Published, and not heard. */
  readonly #owed = new Set<number>();
  #owedInARow = 0;

  constructor(options: EchoOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    this.#heard = this.#called;
    this.#timer = setInterval(() => this.#call(), CALL_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#owed.clear();
    this.#owedInARow = 0;
  }

  hear(text: string): void {
    const call = Number(text);
    // Somebody else's, or one from before the last start.
    if (!(call > this.#heard && call <= this.#called)) return;
    this.#heard = call;
    this.#owed.delete(call);
    const before = [...this.#owed].filter((owed) => owed < call);
    for (const owed of before) this.#owed.delete(owed);
    if (before.length > 0) this.#options.skipped();
  }

  #call(): void {
    this.#owedInARow = this.#owed.size > 0 ? this.#owedInARow + 1 : 0;
    if (this.#owedInARow >= OWED_IN_A_ROW) {
      this.stop();
      this.#options.silent();
      return;
    }
    const call = ++this.#called;
    this.#options.call(String(call)).then(
      () => {
        // It may have been heard before the publisher's own connection told that it was published.
        if (call > this.#heard) this.#owed.add(call);
      },
      () => undefined,
    );
  }
}
