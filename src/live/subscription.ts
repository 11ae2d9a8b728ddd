import type { ChangeNotice } from './broker.ts';
import { joined } from './session-text.ts';

type Change = { is: 'CHANGE'; notice: ChangeNotice };

export type FeedItem =
  | Change
  /** Changes may have been missed: what it is about has to be read anew. */
  | { is: 'GAP' };

/** Changes wait that the subscriber does not take. The message is for it to read. */
export class SlowConsumer extends Error {
  override readonly name = 'SlowConsumer';

  constructor(limit: number) {
    super(`slow consumer: more than ${limit} changed sessions were waiting to be taken`);
  }
}

export type SubscriptionOptions = {
  limit: number;
  /** What the feed has it under; null for all sessions. */
  keys: readonly string[] | null;
  wants: ((notice: ChangeNotice) => boolean) | undefined;
  feed: { leave(subscription: Subscription, keys: readonly string[] | null): void };
};

type Result = IteratorResult<FeedItem, undefined>;

/** One that waits, and the one behind it: nearly always there is but one, and a list would be larger than that. */
type Taker = { settle: PromiseWithResolvers<Result>; after: Taker | undefined };

const END: Result = { done: true, value: undefined };

const GAP: FeedItem = { is: 'GAP' };
/** No session has this key. */
const GAP_KEY = '';

/** What waits for one subscriber. There are thousands, most of them waiting: then it holds next to nothing. */
export class Subscription implements AsyncIterableIterator<FeedItem, undefined> {
  /** Until it ends. */
  #options: SubscriptionOptions | undefined;
  /** By session, in the order in which the first of each came. Only while something waits. */
  #waiting: Map<string, FeedItem> | undefined;
  /** Who waits for something, the first; never while something waits. */
  #taker: Taker | undefined;
  #failure: { error: unknown } | undefined;

  constructor(options: SubscriptionOptions) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  // Not async: its own promise would lie around the one that is waited for.
  next(): Promise<Result> {
    const failure = this.#failure;
    if (failure) {
      this.#failure = undefined;
      return Promise.reject(failure.error);
    }
    if (!this.#options) return Promise.resolve(END);
    const [first] = this.#waiting ?? [];
    if (!first) return this.#wait();
    this.#waiting?.delete(first[0]);
    if (this.#waiting?.size === 0) this.#waiting = undefined;
    return Promise.resolve({ done: false, value: first[1] });
  }

  async return(): Promise<Result> {
    this.end();
    this.#failure = undefined;
    return END;
  }

  async throw(error?: unknown): Promise<Result> {
    this.end();
    this.#failure = undefined;
    throw error;
  }

  /** Ends it; whoever waits is told so. */
  end(): void {
    this.#leave();
    for (let taker = this.#takeTurn(); taker; taker = this.#takeTurn()) taker.resolve(END);
  }

  give(key: string, item: Change): void {
    const wants = this.#options?.wants;
    try {
      if (wants && !wants(item.notice)) return;
    } catch (error) {
      this.#fail(error);
      return;
    }
    const earlier = this.#waiting?.get(key);
    const isJoined = earlier?.is === 'CHANGE';
    this.#put(key, isJoined ? { is: 'CHANGE', notice: joined(earlier.notice, item.notice) } : item);
  }

  /** One that waits is enough: whoever takes it reads what is then. */
  giveGap(): void {
    this.#put(GAP_KEY, GAP);
  }

  #put(key: string, item: FeedItem): void {
    if (!this.#options) return;
    const taker = this.#takeTurn();
    if (taker) {
      taker.resolve({ done: false, value: item });
      return;
    }
    this.#waiting ??= new Map();
    this.#waiting.set(key, item);
    const { limit } = this.#options;
    const changes = this.#waiting.size - (this.#waiting.has(GAP_KEY) ? 1 : 0);
    if (changes > limit) this.#fail(new SlowConsumer(limit));
  }

  /** Nobody waits when too much does; when a predicate fails, somebody may. */
  #fail(error: unknown): void {
    if (!this.#options) return;
    this.#leave();
    const taker = this.#takeTurn();
    if (taker) taker.reject(error);
    else this.#failure = { error };
    this.end();
  }

  #wait(): Promise<Result> {
    const own: Taker = { settle: Promise.withResolvers(), after: undefined };
    let last = this.#taker;
    while (last?.after) last = last.after;
    if (last) last.after = own;
    else this.#taker = own;
    return own.settle.promise;
  }

  #takeTurn(): PromiseWithResolvers<Result> | undefined {
    const taker = this.#taker;
    this.#taker = taker?.after;
    return taker?.settle;
  }

  #leave(): void {
    const options = this.#options;
    this.#options = undefined;
    this.#waiting = undefined;
    options?.feed.leave(this, options.keys);
  }
}
