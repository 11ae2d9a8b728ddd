/** Milliseconds from one beat to the next. */
const BEAT_EVERY_MS = 1000;

/**
 * Tries Redis out while it counts as there. Whoever only reads would not notice that it takes no writes any more, and so
 * has not heard what others wanted to tell it; and a connection that is used every second is not closed for idleness.
 */
export class Heartbeat {
  readonly #beat: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;

  /** @param beat what comes of it is for it to tell */
  constructor(beat: () => Promise<void>) {
    this.#beat = beat;
  }

  start(): void {
    this.stop();
    this.#timer = setInterval(() => void this.#beat().catch(() => {}), BEAT_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
