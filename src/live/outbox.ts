import type { ChangeNotice } from './broker.ts';
import { joined, sessionText } from './session-text.ts';

/** How many are sent at once, after one has gone well. */
const BATCH = 100;

export type OutboxOptions = {
  send(notice: ChangeNotice): Promise<void>;
  /** How many sessions' notices are kept. */
  limit: number;
  /** The oldest was given up for a newer one. */
  lost(): void;
};

type Kept = { notice: ChangeNotice; settled: PromiseWithResolvers<void> | undefined };

/** Notices that may not have reached the other replicas, in the order in which they are to be sent, one of each session. */
export class Outbox {
  readonly #options: OutboxOptions;
  readonly #kept = new Map<string, Kept>();
  #flight: Promise<void> | undefined;

  constructor(options: OutboxOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#kept.size === 0;
  }

  /** Keeps one, as the last to be sent. */
  keep(notice: ChangeNotice): void {
    this.#add(notice, undefined);
  }

  /** Keeps one and sends what is kept. Rejects when it was not sent this time; it is kept still. */
  async sendLast(notice: ChangeNotice): Promise<void> {
    const settled = Promise.withResolvers<void>();
    this.#add(notice, settled);
    // It may fail for what comes later; what counts here is the one notice.
    this.flush().catch(() => undefined);
    await settled.promise;
  }

  /** Sends what is kept, also what comes meanwhile. Rejects at the first failure. */
  flush(): Promise<void> {
    if (this.isEmpty) return this.#flight ?? Promise.resolve();
    this.#flight ??= this.#sendAll();
    return this.#flight;
  }

  #add(notice: ChangeNotice, settled: Kept['settled']): void {
    const key = sessionText(notice);
    const before = this.#kept.get(key);
    // Whoever waits for the one before waits for this one.
    if (before?.settled) settled?.promise.then(before.settled.resolve, before.settled.reject);
    this.#kept.delete(key);
    this.#kept.set(key, {
      notice: before ? joined(before.notice, notice) : notice,
      settled: settled ?? before?.settled,
    });
    const [oldest] = this.#kept;
    if (this.#kept.size <= this.#options.limit || !oldest) return;
    this.#kept.delete(oldest[0]);
    oldest[1].settled?.reject(new Error('Too many wait to be sent.'));
    this.#options.lost();
  }

  async #sendAll(): Promise<void> {
    try {
      // While it cannot be done, one attempt is enough to see that.
      for (let size = 1; this.#kept.size > 0; size = BATCH) await this.#sendSome(size);
    } finally {
      this.#flight = undefined;
    }
  }

  async #sendSome(size: number): Promise<void> {
    const batch = [...this.#kept].slice(0, size);
    const results = await Promise.allSettled(batch.map(([, { notice }]) => this.#options.send(notice)));
    for (const [index, [key, kept]] of batch.entries()) {
      if (results[index]?.status !== 'fulfilled') continue;
      kept.settled?.resolve();
      // Unless a newer one has taken its place meanwhile.
      if (this.#kept.get(key) === kept) this.#kept.delete(key);
    }
    const failure = results.find((result) => result.status === 'rejected');
    if (failure) this.#fail(failure.reason);
  }

  #fail(reason: unknown): never {
    for (const kept of this.#kept.values()) {
      kept.settled?.reject(reason);
      kept.settled = undefined;
    }
    throw reason;
  }
}
