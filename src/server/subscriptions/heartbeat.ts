export type Beating = { beat(): void };

/** Parts of an interval. Ten thousand pings at once would hold everything else up. */
const SLOTS = 12;

/** Calls each member once in an interval, not all at once, with one timer for all of them. */
export class Heartbeat<Member extends Beating> {
  readonly #slots = Array.from({ length: SLOTS }, () => new Set<Member>());
  readonly #timer: NodeJS.Timeout;
  #current = 0;
  #joined = 0;

  constructor(intervalMs: number) {
    this.#timer = setInterval(() => this.#beat(), intervalMs / SLOTS);
    this.#timer.unref();
  }

  /** @returns what to leave with */
  join(member: Member): number {
    this.#joined = (this.#joined + 1) % SLOTS;
    this.#slots[this.#joined]?.add(member);
    return this.#joined;
  }

  leave(member: Member, slot: number): void {
    this.#slots[slot]?.delete(member);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    this.#current = (this.#current + 1) % SLOTS;
    for (const member of this.#slots[this.#current] ?? []) member.beat();
  }
}
