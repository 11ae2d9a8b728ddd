import type { SessionKey } from '../checkout/global-id.ts';
import type { Broker, ChangeNotice } from './broker.ts';
import { sessionText } from './session-text.ts';
import { type FeedItem, SlowConsumer, Subscription } from './subscription.ts';

export { type FeedItem, SlowConsumer };

/** How many sessions' changes may wait for one subscriber. */
const DEFAULT_LIMIT = 256;

export type FeedWish = {
  /** Those that it is about. Many subscribers of other sessions cost nothing; each of `ALL` is asked for each notice. */
  sessions: readonly SessionKey[] | 'ALL';
  /** Which notices of these. One that throws ends its own subscription with that. @default every one */
  wants?: (notice: ChangeNotice) => boolean;
};

/** Gives each of many subscribers what changes, in its own time. */
export type Feed = {
  /** How many subscribers there are. */
  readonly size: number;
  /**
   * What changes from now on, also before it is asked for. Of changes of one session that wait together, one comes: the
   * newest, with the status before all of them. Who stops without `return()` is kept, until too much waits for it.
   * @throws SlowConsumer from `next()`, when the changes of more than `limit` sessions wait; it has ended then
   */
  subscribe(wish: FeedWish): AsyncIterableIterator<FeedItem, undefined>;
  /** Ends all iterators, also for what waits in them. Closing twice does nothing. */
  close(): void;
};

/** @param limit how many sessions' changes may wait for one subscriber */
export const createFeed = (broker: Broker, { limit = DEFAULT_LIMIT }: { limit?: number } = {}): Feed =>
  new IndexedFeed(broker, limit);

class IndexedFeed implements Feed {
  readonly #limit: number;
  readonly #everyone = new Set<Subscription>();
  readonly #ofAll = new Set<Subscription>();
  readonly #bySession = new Map<string, Set<Subscription>>();
  readonly #endListening: () => void;
  #isClosed = false;

  constructor(broker: Broker, limit: number) {
    this.#limit = limit;
    this.#endListening = broker.listen({
      notice: (notice) => this.#give(notice),
      gap: () => {
        for (const subscription of this.#everyone) subscription.giveGap();
      },
    });
  }

  get size(): number {
    return this.#everyone.size;
  }

  subscribe({ sessions, wants }: FeedWish): AsyncIterableIterator<FeedItem, undefined> {
    const keys = sessions === 'ALL' ? null : [...new Set(sessions.map(sessionText))];
    const subscription: Subscription = new Subscription({ limit: this.#limit, keys, wants, feed: this });
    if (this.#isClosed) subscription.end();
    else this.#enter(subscription, keys);
    return subscription;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#endListening();
    for (const subscription of this.#everyone) subscription.end();
  }

  /** For a subscription that has ended. */
  leave(subscription: Subscription, keys: readonly string[] | null): void {
    this.#everyone.delete(subscription);
    this.#ofAll.delete(subscription);
    for (const key of keys ?? []) {
      const others = this.#bySession.get(key);
      others?.delete(subscription);
      if (others?.size === 0) this.#bySession.delete(key);
    }
  }

  #enter(subscription: Subscription, keys: readonly string[] | null): void {
    this.#everyone.add(subscription);
    if (!keys) this.#ofAll.add(subscription);
    for (const key of keys ?? []) {
      const others = this.#bySession.get(key) ?? new Set();
      this.#bySession.set(key, others.add(subscription));
    }
  }

  #give(notice: ChangeNotice): void {
    const key = sessionText(notice);
    // One object for all whom it reaches.
    const item: FeedItem = { is: 'CHANGE', notice };
    for (const subscription of this.#bySession.get(key) ?? []) subscription.give(key, item);
    for (const subscription of this.#ofAll) subscription.give(key, item);
  }
}
