import { ANYONE, type Caller } from '../../checkout/caller.ts';
import { unavailable } from '../overload/unavailable.ts';
import type { Refusal } from '../refusal.ts';

/**
 * Of what there is for all callers; the refusal and the documents name it. It is large because one key may well serve all
 * users of a company.
 */
const SHARE = 0.5;

/**
 * Out of whose share something comes: the name that rates go by, too. Undefined where callers are not told apart. There
 * are no shares then, since all of them may come from the one address of a proxy.
 */
export type Holder = string | undefined;

export const holderOf = (caller: Caller): Holder => (caller === ANYONE ? undefined : caller.name);

/** How much of one thing each caller holds, so that none of them takes all that there is. */
export class Shares {
  readonly #limit: number;
  readonly #refusal: Refusal;
  readonly #held = new Map<string, number>();

  /**
   * @param whole what there is for all callers
   * @param what it is, as callers are told
   */
  constructor(whole: number, what: string) {
    this.#limit = Math.ceil(whole * SHARE);
    this.#refusal = unavailable(
      `This caller has its share of ${what}, half of what there is; end some or try again later.`,
    );
  }

  /** @throws Refusal when it would be more than the holder's share */
  check(holder: Holder, amount = 1): void {
    if (holder !== undefined && this.#of(holder) + amount > this.#limit) throw this.#refusal;
  }

  /** @throws Refusal when it would be more than the holder's share */
  take(holder: Holder, amount = 1): void {
    if (holder === undefined) return;
    this.check(holder, amount);
    this.#held.set(holder, this.#of(holder) + amount);
  }

  /** To be called once for each `take`. */
  giveBack(holder: Holder, amount = 1): void {
    if (holder === undefined) return;
    const left = this.#of(holder) - amount;
    if (left > 0) this.#held.set(holder, left);
    else this.#held.delete(holder);
  }

  #of(holder: string): number {
    return this.#held.get(holder) ?? 0;
  }
}
