import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionKey } from '../checkout/global-id.ts';
import type { RedisLink } from '../redis/link.ts';
import type { Log } from '../telemetry/log.ts';
import type { HeldSession, OwnSessionIndex, SharedSessionIndex } from './session-index.ts';
import { Trouble } from './trouble.ts';
import { UntoldSessions } from './untold-sessions.ts';

/** Milliseconds from one look for something to share to the next. */
const ROUND_EVERY_MS = 500;
/** Milliseconds from one look whether the shared index was emptied while it was there to the next. */
const MARK_EVERY_MS = 5000;
/** Sessions that are shared at once: a millisecond or less for Redis, which others wait for. */
const AT_ONCE = 50;
/** Milliseconds between such parts, in which Redis is left to others. 100,000 sessions take some 15 seconds. */
const PAUSE_MS = 5;

export type SharingOptions = {
  own: OwnSessionIndex;
  shared: SharedSessionIndex;
  /** The one that `shared` was made with. */
  link: RedisLink;
  log: Log;
};

type Copy = {
  /** The shared index's when it began. */
  mark: string;
  /** Where to go on in the own index; null at its beginning. */
  place: number | null;
  count: number;
};

/**
 * Has the shared index get to know, in the background, what this process knows and it may not: what could not be told,
 * and all that the own index holds when the shared one is new, was emptied, or may have lost something while it was away.
 */
export class IndexSharing {
  readonly #options: SharingOptions;
  readonly #onLoss: () => void;
  readonly #untold = new UntoldSessions();
  readonly #trouble: Trouble;
  readonly #timer: NodeJS.Timeout;
  #round: Promise<void> | null = null;
  /** The shared index's mark when all was copied to it; null when that has to be done. */
  #copiedTo: string | null = null;
  /** How far a copy is. Another one takes its place when what has been copied may be lost. */
  #copy: Copy | null = null;
  #markAt = Number.NEGATIVE_INFINITY;
  #isStopped = false;

  /** @param onLoss is called when the shared index may not know any more what it was told */
  constructor(options: SharingOptions, onLoss: () => void) {
    this.#options = options;
    this.#onLoss = onLoss;
    const words = {
      begins: 'sessions known to this process cannot be shared: lists of other replicas may miss them',
      ends: 'sessions known to this process can be shared again',
    };
    this.#trouble = new Trouble(options.log, words, 'warn');
    // Only noted: Redis must not count as away for longer because there is much to share.
    options.link.beforeReturn(async () => {
      this.#copyAnew();
      onLoss();
    });
    this.#timer = setInterval(() => this.#start(), ROUND_EVERY_MS).unref();
    this.#start();
  }

  /** Whether the shared index may miss something that this process knows. */
  get isBehind(): boolean {
    return this.#copiedTo === null || !this.#untold.isEmpty;
  }

  untold(key: SessionKey): HeldSession | undefined {
    return this.#untold.get(key);
  }

  /** Has a session told as soon as that can be done. */
  add(held: HeldSession): void {
    // One that was given up is in the own index all the same.
    if (this.#untold.add(held)) this.#copyAnew();
  }

  /** The shared index has been told something newer. */
  settle(told: HeldSession): void {
    this.#untold.settle([told]);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#round;
  }

  #copyAnew(): void {
    this.#copiedTo = null;
    this.#copy = null;
  }

  #start(): void {
    if (this.#round || !this.#goesOn()) return;
    this.#round = this.#share().finally(() => {
      this.#round = null;
    });
  }

  #goesOn(): boolean {
    return !this.#isStopped && this.#options.link.isUp;
  }

  async #share(): Promise<void> {
    try {
      await this.#tellUntold();
      await this.#lookForLoss();
      this.#trouble.end();
    } catch (error) {
      // While Redis is away there is nothing to say that its own line does not.
      if (this.#goesOn()) this.#trouble.begin(error);
    }
  }

  async #tellUntold(): Promise<void> {
    while (!this.#untold.isEmpty && this.#goesOn()) {
      const some = this.#untold.first(AT_ONCE);
      await this.#options.shared.merge(some, true);
      this.#untold.settle(some);
      await sleep(PAUSE_MS);
    }
  }

  /** Looks whether the shared index is the one that all was copied to, and copies all if it is not. */
  async #lookForLoss(): Promise<void> {
    const now = performance.now();
    if (!this.#goesOn() || (this.#copiedTo !== null && now < this.#markAt)) return;
    this.#markAt = now + MARK_EVERY_MS;
    // Before anything is copied: should it be emptied meanwhile, the next look finds another one.
    const mark = await this.#options.shared.mark();
    if (mark === this.#copiedTo) return;
    if (this.#copiedTo !== null) this.#onLoss();
    this.#copiedTo = null;
    // One that failed goes on where it was.
    if (this.#copy?.mark !== mark) this.#copy = { mark, place: null, count: 0 };
    await this.#goOn(this.#copy);
  }

  async #goOn(copy: Copy): Promise<void> {
    const { own, shared, log } = this.#options;
    while (this.#copy === copy && this.#goesOn()) {
      // What was met just now does not wait for the end of it.
      await this.#tellUntold();
      const { sessions, next } = await own.heldFrom(copy.place, AT_ONCE);
      await shared.merge(sessions, false);
      if (this.#copy !== copy) return;
      copy.place = next;
      copy.count += sessions.length;
      if (next !== null) {
        await sleep(PAUSE_MS);
        continue;
      }
      this.#copy = null;
      this.#copiedTo = copy.mark;
      const { count } = copy;
      if (count > 0) log.info({ count }, 'the sessions known to this process are shared with the other replicas');
    }
  }
}
