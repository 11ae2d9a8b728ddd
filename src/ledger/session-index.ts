import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { Instant } from '../checkout/time.ts';

/** What the index remembers of a session: where it stands in the list, and nothing about its customer. */
export type IndexedSession = { provider: ProviderName; providerId: string; createdAt: Instant | null };

/** The sessions that the gateway has met of providers that list none themselves. */
export type SessionIndex = {
  learn(session: CheckoutSession): void;
  /** Newest first. */
  list(provider: ProviderName): IndexedSession[];
};

/**
 * An index that lives as long as the process.
 * @param capacity how many sessions it keeps; beyond, it forgets those it met first
 */
export function createMemorySessionIndex(capacity = 10_000): SessionIndex {
  const entries = new Map<string, IndexedSession>();
  return {
    learn({ id, provider, providerId, createdAt }) {
      entries.set(id, { provider, providerId, createdAt });
      const oldest = entries.size > capacity ? entries.keys().next().value : undefined;
      if (oldest !== undefined) entries.delete(oldest);
    },
    list: (provider) =>
      [...entries.values()]
        .filter((entry) => entry.provider === provider)
        .sort((a, b) => compareNewestFirst(a.createdAt, b.createdAt) || (a.providerId < b.providerId ? -1 : 1)),
  };
}

/** A session without a time is the oldest. */
const compareNewestFirst = (a: Instant | null, b: Instant | null): number =>
  (a ?? '') === (b ?? '') ? 0 : (a ?? '') > (b ?? '') ? -1 : 1;
