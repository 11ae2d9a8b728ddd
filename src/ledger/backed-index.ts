import { LedgerError } from './ledger.ts';
import type { SessionIndex } from './session-index.ts';

/**
 * The index that all replicas share, and behind it this one's own: while the shared one fails, lists show what this
 * replica has met itself. Both learn everything.
 */
export function createBackedIndex(shared: SessionIndex, own: SessionIndex): SessionIndex {
  /** What one fails to learn is no loss as long as the other has it. */
  async function both(tell: (index: SessionIndex) => Promise<void>): Promise<void> {
    const [inShared, inOwn] = await Promise.allSettled([tell(shared), tell(own)]);
    // Told again later: what is missing in the shared one is missing to the others.
    if (inShared.status === 'rejected') throw inShared.reason;
    if (inOwn.status === 'rejected' && !(inOwn.reason instanceof LedgerError)) throw inOwn.reason;
  }
  async function either<T>(ask: (index: SessionIndex) => Promise<T>): Promise<T> {
    try {
      return await ask(shared);
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
      return ask(own);
    }
  }
  return {
    learn: (session) => both((index) => index.learn(session)),
    missing: (key) => both((index) => index.missing(key)),
    page: (request) => either((index) => index.page(request)),
    count: (provider, filter) => either((index) => index.count(provider, filter)),
  };
}
