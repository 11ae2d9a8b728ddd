import type { Log } from '../telemetry/log.ts';

/** Whether Redis counts as there, and the one line of the log for each change of that. */
export class Health {
  readonly #log: Log;
  readonly #now: () => number;
  #isUp = false;
  #awaySince: number | undefined;
  #reason = '';
  #hasToldOfFailure = false;

  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Why it went away. */
  get reason(): string {
    return this.#reason;
  }

  /** It is there for the first time, before anybody has asked. */
  begin(): void {
    this.#isUp = true;
  }

  /** It went away, or was never there. */
  fall(reason: string): void {
    this.#isUp = false;
    this.#awaySince = this.#now();
    this.#reason = reason;
    this.#hasToldOfFailure = false;
    this.#log.warn({ reason }, `redis is away: ${reason}: reads go on without it`);
  }

  /** It is back. */
  rise(): void {
    this.#isUp = true;
    this.#log.info({ awayMs: this.#now() - (this.#awaySince ?? this.#now()) }, 'redis is back');
  }

  /** It could be back, but for what has to be done before. Told once each time that it is away. */
  stay(reason: string): void {
    if (this.#hasToldOfFailure) return;
    this.#hasToldOfFailure = true;
    this.#log.warn({ reason }, 'redis answers, but what has to be done first fails: it counts as away still');
  }

  /** Nobody wants it any more; that is no news. */
  end(): void {
    this.#isUp = false;
    this.#reason = 'closed';
  }
}
