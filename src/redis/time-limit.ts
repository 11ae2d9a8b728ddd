import { Late } from './trouble.ts';

/** How many times within the limit it is looked who has been waiting for too long. */
const LOOKS = 10;

type Waiting = { looks: number; giveUp(): void };

/**
 * Ends waiting for Redis after a time. The time is counted in looks of one timer for all who wait, not by the clock:
 * after something else has kept the event loop busy, timers are due before the answers are read that have been lying
 * there, and what was never sent could not be answered. A long pause counts as one look, however long it was.
 */
export class TimeLimit {
  readonly #lookEveryMs: number;
  readonly #waiting = new Set<Waiting>();
  #timer: NodeJS.Timeout | undefined;

  constructor(limitMs: number) {
    this.#lookEveryMs = limitMs / LOOKS;
  }

  /** How many are waiting. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * What the work comes to; when it is given up, what it comes to later is ignored.
   * @throws Late after the limit, or up to a tenth of it later
   */
  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const waiting: Waiting = { looks: 0, giveUp: () => reject(new Late()) };
      this.#waiting.add(waiting);
      this.#timer ??= setInterval(() => this.#look(), this.#lookEveryMs);
      work.then(
        (value) => {
          this.#waiting.delete(waiting);
          resolve(value);
        },
        (error: unknown) => {
          this.#waiting.delete(waiting);
          reject(error);
        },
      );
    });
  }

  #look(): void {
    for (const waiting of this.#waiting) {
      waiting.looks++;
      if (waiting.looks <= LOOKS) continue;
      this.#waiting.delete(waiting);
      waiting.giveUp();
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
