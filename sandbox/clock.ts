import { Heap } from './heap.ts';

type Appointment = { at: number; order: number; run: () => void };

/**
 * The sandbox's time. It stands still until it is advanced, and then visits every appointment at its own moment, in
 * order, so that advancing twice by half is the same as once by the whole.
 */
export class Clock {
  readonly startMs: number;
  #now: number;
  #order = 0;
  readonly #due = new Heap<Appointment>((a, b) => a.at - b.at || a.order - b.order);

  constructor(startMs: number) {
    this.startMs = startMs;
    this.#now = startMs;
  }

  /** Unix milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Runs something when the clock gets there; a moment already past is visited by the next advance. */
  at(time: number, run: () => void): void {
    this.#due.push({ at: time, order: this.#order, run });
    this.#order += 1;
  }

  advance(milliseconds: number): void {
    const until = this.#now + Math.max(0, milliseconds);
    for (let next = this.#due.peek(); next !== undefined && next.at <= until; next = this.#due.peek()) {
      this.#due.pop();
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = until;
  }
}
