import { LRUCache } from 'lru-cache';
import type { SessionFilter } from '../checkout/filter.ts';
import { globalId, type SessionKey } from '../checkout/global-id.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { RedisLink } from '../redis/link.ts';
import { UNSETTLED_STATUSES } from './candidates.ts';
import { IndexSharing, type SharingOptions } from './index-sharing.ts';
import { LedgerError } from './ledger.ts';
import {
  compareInIndex,
  type HeldSession,
  type IndexedSession,
  type IndexPageRequest,
  indexedSession,
  type OwnSessionIndex,
  type SessionIndex,
  type SharedSessionIndex,
} from './session-index.ts';
import { Trouble } from './trouble.ts';

export type TieredSessionIndex = SessionIndex & {
  /** Ends what goes on in the background. Both indexes have to be closed by whoever opened them, afterwards. */
  close(): Promise<void>;
};

/** Sessions of which it is remembered what the shared index was told. */
const MOST_TOLD = 10_000;
/**
 * Milliseconds for which the shared index is not told the same again. Meanwhile another replica may have told it
 * something else, which has to be told anew when it was wrong: of a session that has ended, only that it is missing.
 */
const TOLD_ENDED_MS = 60_000;
const TOLD_UNSETTLED_MS = 3000;

/**
 * The session index of a gateway with several replicas: each session that this process meets is written to its own index
 * and to the one that all replicas share. Lists are read from the shared one, and from the own one while that is away:
 * they never depend on it.
 */
export const createTieredSessionIndex = (options: SharingOptions): TieredSessionIndex => new TieredIndex(options);

class TieredIndex implements TieredSessionIndex {
  readonly #own: OwnSessionIndex;
  readonly #shared: SharedSessionIndex;
  readonly #link: RedisLink;
  readonly #sharing: IndexSharing;
  readonly #told = new LRUCache<string, string>({ max: MOST_TOLD });
  readonly #ownTrouble: Trouble;
  readonly #sharedTrouble: Trouble;
  #failuresInARow = 0;

  constructor(options: SharingOptions) {
    this.#own = options.own;
    this.#shared = options.shared;
    this.#link = options.link;
    this.#sharing = new IndexSharing(options, () => this.#told.clear());
    const ownWords = {
      begins: 'the session index of this process cannot be written: its lists need the shared one',
      ends: 'the session index of this process can be written again',
    };
    this.#ownTrouble = new Trouble(options.log, ownWords, 'error');
    const sharedWords = {
      begins: 'lists are read from the session index of this process: they may miss what only other replicas have met',
      ends: 'lists are read from the shared session index again',
    };
    this.#sharedTrouble = new Trouble(options.log, sharedWords, 'warn');
  }

  async learn(session: CheckoutSession): Promise<void> {
    const held = { ...indexedSession(session), missingUntil: null };
    await this.#both(this.#own.learn(session), this.#tell(session, held));
  }

  async missing(key: SessionKey): Promise<void> {
    const isKept = this.#own.missing(key);
    await this.#both(isKept, this.#tellMissing(key));
  }

  async page(request: IndexPageRequest): Promise<IndexedSession[]> {
    return this.#read(
      () => this.#shared.page(request),
      () => this.#own.page(request),
      (shared, own) => mergePages(request, shared, own),
    );
  }

  async count(provider: ProviderName, filter: SessionFilter): Promise<number> {
    return this.#read(
      () => this.#shared.count(provider, filter),
      () => this.#own.count(provider, filter),
      Math.max,
    );
  }

  async close(): Promise<void> {
    await this.#sharing.stop();
  }

  /**
   * Waits for both writes.
   * @param told whether the shared index has been told; what it could not be is kept in memory until it can
   * @throws LedgerError when the own index cannot be written and the shared one was not told
   */
  async #both(kept: Promise<void>, told: Promise<boolean>): Promise<void> {
    const [keeping, telling] = await Promise.allSettled([kept, told]);
    if (telling.status === 'rejected') throw telling.reason;
    if (keeping.status === 'fulfilled') return this.#ownTrouble.end();
    if (!(keeping.reason instanceof LedgerError) || !telling.value) throw keeping.reason;
    this.#ownTrouble.begin(keeping.reason);
  }

  async #tell(session: CheckoutSession, held: HeldSession): Promise<boolean> {
    const id = globalId(session.provider, session.providerId);
    const text = JSON.stringify(held);
    const before = this.#sharing.untold(session);
    if (!before && this.#told.get(id) === text) return true;
    if (!(await this.#tried(() => this.#shared.learn(session)))) {
      this.#sharing.add(held);
      return false;
    }
    if (before) this.#sharing.settle(before);
    const isUnsettled = !held.isArchived && UNSETTLED_STATUSES.includes(held.status);
    this.#told.set(id, text, { ttl: isUnsettled ? TOLD_UNSETTLED_MS : TOLD_ENDED_MS });
    return true;
  }

  /** Has to be called when the own index has been told. */
  async #tellMissing(key: SessionKey): Promise<boolean> {
    const isTold = await this.#tried(() => this.#shared.missing(key));
    // Only now: a session that was being told before may have been noted meanwhile.
    this.#told.delete(globalId(key.provider, key.providerId));
    if (isTold && !this.#sharing.untold(key)) return true;
    const held = await this.#own.held(key).catch(nothingOfLedger);
    if (held && held.missingUntil !== null) this.#sharing.add(held);
    return isTold;
  }

  /** Whether it could be done. */
  async #tried(work: () => Promise<void>): Promise<boolean> {
    if (!this.#link.isUp) return false;
    try {
      await work();
      return true;
    } catch (error) {
      if (error instanceof LedgerError) return false;
      throw error;
    }
  }

  /** @param join what both say, while the shared index may not know everything yet that is known here */
  async #read<T>(shared: () => Promise<T>, own: () => Promise<T>, join: (shared: T, own: T) => T): Promise<T> {
    const { isBehind } = this.#sharing;
    let theirs: T;
    try {
      theirs = await shared();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      this.#noteFailure(error);
      return own();
    }
    this.#failuresInARow = 0;
    this.#sharedTrouble.end();
    if (!isBehind) return theirs;
    const ours = await own().catch(nothingOfLedger);
    return ours === null ? theirs : join(theirs, ours);
  }

  #noteFailure(error: LedgerError): void {
    this.#failuresInARow++;
    // A single one that is late is no news.
    if (!this.#link.isUp || this.#failuresInARow > 1) this.#sharedTrouble.begin(error);
  }
}

function nothingOfLedger(error: unknown): null {
  if (error instanceof LedgerError) return null;
  throw error;
}

/** The page of two indexes together. */
function mergePages(
  { direction, limit }: IndexPageRequest,
  shared: readonly IndexedSession[],
  own: readonly IndexedSession[],
): IndexedSession[] {
  const known = new Set(shared.map(({ providerId }) => providerId));
  const all = [...shared, ...own.filter(({ providerId }) => !known.has(providerId))].sort(compareInIndex);
  return direction === 'older' ? all.slice(0, limit) : all.slice(Math.max(0, all.length - limit));
}
