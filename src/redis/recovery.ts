/** Milliseconds from one probe to the next. */
const PROBE_EVERY_MS = 500;
/** How many good probes in a row it takes: a Redis that answers every other time is not back. */
const GOOD_PROBES = 2;
/** The same for one that was there for a moment only since it was away the last time. */
const MOST_GOOD_PROBES = 5;
/** Milliseconds that it has to be there for, not to be such a one. */
const STEADY_MS = 60_000;
/** After how many bad ones in a row the connection itself is doubted: it may seem to be there, or be stuck. */
const BAD_PROBES = 8;

export type RecoverySteps = {
  /** Fails while Redis cannot be relied on. */
  probe(): Promise<void>;
  /** What has to be done before Redis counts as back. */
  prepare(): Promise<void>;
  back(): void;
  /** Makes a new connection in place of one that cannot be told from a dead one. */
  renew(): void;
};

/** Finds out in the background when Redis is back. */
export class Recovery {
  readonly #steps: RecoverySteps;
  #timer: NodeJS.Timeout | undefined;
  #isOn = false;
  /** Counts what went wrong, so that what was begun before that is not believed. */
  #setbacks = 0;
  #good = 0;
  #bad = 0;
  #needed = GOOD_PROBES;
  #backAt = Number.NEGATIVE_INFINITY;

  constructor(steps: RecoverySteps) {
    this.#steps = steps;
  }

  get isOn(): boolean {
    return this.#isOn;
  }

  start(): void {
    this.#isOn = true;
    const isSteady = performance.now() - this.#backAt > STEADY_MS;
    this.#needed = isSteady ? GOOD_PROBES : Math.min(this.#needed + 1, MOST_GOOD_PROBES);
    this.#good = 0;
    this.#bad = 0;
    this.#wait();
  }

  stop(): void {
    this.#isOn = false;
    clearTimeout(this.#timer);
  }

  /** Something went wrong meanwhile: what looked good counts no more. */
  setBack(): void {
    this.#setbacks++;
    this.#good = 0;
  }

  #wait(): void {
    // Nobody waits for it: it must not keep the process alive.
    this.#timer = setTimeout(() => this.#round(), PROBE_EVERY_MS).unref();
  }

  async #round(): Promise<void> {
    const isBack = await this.#succeeds();
    if (!this.#isOn) return;
    if (!isBack) return this.#wait();
    this.stop();
    this.#backAt = performance.now();
    this.#steps.back();
  }

  async #succeeds(): Promise<boolean> {
    const setbacks = this.#setbacks;
    try {
      await this.#steps.probe();
    } catch {
      this.#good = 0;
      this.#bad++;
      if (this.#isOn && this.#bad % BAD_PROBES === 0) this.#steps.renew();
      return false;
    }
    if (setbacks !== this.#setbacks) return false;
    this.#bad = 0;
    this.#good++;
    if (this.#good < this.#needed || !this.#isOn) return false;
    try {
      await this.#steps.prepare();
    } catch {
      return false;
    }
    return setbacks === this.#setbacks;
  }
}
