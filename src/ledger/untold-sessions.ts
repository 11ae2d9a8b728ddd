import { globalId, type SessionKey } from '../checkout/global-id.ts';
import type { HeldSession } from './session-index.ts';

/** How many sessions are remembered; of more, those that have waited longest are given up. */
const MOST = 10_000;

/** What the shared index could not be told: of each session the newest word. */
export class UntoldSessions {
  readonly #sessions = new Map<string, HeldSession>();

  get isEmpty(): boolean {
    return this.#sessions.size === 0;
  }

  get({ provider, providerId }: SessionKey): HeldSession | undefined {
    return this.#sessions.get(globalId(provider, providerId));
  }

  /** @returns whether another one had to be given up for it */
  add(held: HeldSession): boolean {
    const id = globalId(held.provider, held.providerId);
    this.#sessions.delete(id);
    this.#sessions.set(id, held);
    const [first] = this.#sessions.keys();
    if (this.#sessions.size <= MOST || first === undefined) return false;
    this.#sessions.delete(first);
    return true;
  }

  /** Forgets what has been told, but not what came for the same sessions meanwhile. */
  settle(told: readonly HeldSession[]): void {
    for (const held of told) {
      const id = globalId(held.provider, held.providerId);
      if (this.#sessions.get(id) === held) this.#sessions.delete(id);
    }
  }

  /** Those that have waited longest. */
  first(count: number): HeldSession[] {
    const first: HeldSession[] = [];
    for (const held of this.#sessions.values()) {
      if (first.length === count) break;
      first.push(held);
    }
    return first;
  }
}
