import DataLoader from 'dataloader';
import type { SessionKey } from '../checkout/global-id.ts';
import type { Expansion } from '../checkout/provider.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import type { ReadResult } from './read-through.ts';

/** A session and what of it shall be expanded. */
export type Want = { key: SessionKey; expansion: Expansion };

/** A session as it was read; null when the provider has none. */
export type SessionRead = ReadResult<CheckoutSession | null>;

type Known = { expansion: Expansion; read: Promise<SessionRead> };

/**
 * Fetches sessions of any providers, each once, and answers one promise for each want, in their order. The wants name
 * different sessions.
 */
export type FetchSessions = (wants: readonly Want[]) => Promise<SessionRead>[];

export type SessionLoader = {
  load(key: SessionKey, expansion: Expansion): Promise<SessionRead>;
  /** Takes in a session that came some other way, in a list say. */
  prime(session: CheckoutSession, expansion: Expansion): void;
  /** Makes the next load ask the provider: the session has been changed. */
  forget(key: SessionKey): void;
};

/**
 * Gathers what one request wants of a session into one call: what is wanted in the same tick is asked for together,
 * with every expansion that any of them needs, and later wants are answered from what is there if that holds enough.
 */
export function createSessionLoader(fetch: FetchSessions): SessionLoader {
  const known = new Map<string, Known>();
  const batch = async (wants: readonly Want[]): Promise<(SessionRead | Error)[]> => {
    const fetched = mergeWants(wants, known);
    const promises = fetch([...fetched.values()]);
    [...fetched.entries()].forEach(([name, { expansion }], index) => {
      known.set(name, { expansion, read: promises[index] as Promise<SessionRead> });
    });
    const settled = await Promise.allSettled(wants.map(({ key }) => known.get(nameOf(key))?.read ?? NOTHING));
    return settled.map((result) => (result.status === 'fulfilled' ? result.value : toError(result.reason)));
  };
  // `known` is the cache: it knows that a session with its customer also answers for one without.
  const loader = new DataLoader(batch, { cache: false });
  return {
    load(key, expansion) {
      const before = known.get(nameOf(key));
      return before && covers(before.expansion, expansion) ? before.read : loader.load({ key, expansion });
    },
    prime(session, expansion) {
      const name = nameOf(session);
      if (!known.has(name)) known.set(name, { expansion, read: Promise.resolve({ ...NOTHING, value: session }) });
    },
    forget(key) {
      known.delete(nameOf(key));
    },
  };
}

/** What is read of a provider that is not enabled. */
export const NOTHING: SessionRead = { value: null, failure: null, isKept: false, isCurrent: false };

/** One want for each session, with all that is wanted of it now and was before. */
function mergeWants(wants: readonly Want[], known: ReadonlyMap<string, Known>): Map<string, Want> {
  const merged = new Map<string, Want>();
  for (const { key, expansion } of wants) {
    const name = nameOf(key);
    const before = merged.get(name)?.expansion ?? known.get(name)?.expansion;
    merged.set(name, { key, expansion: before ? union(before, expansion) : expansion });
  }
  return merged;
}

const nameOf = ({ provider, providerId }: SessionKey): string => `${provider}:${providerId}`;

const covers = (has: Expansion, wanted: Expansion): boolean =>
  (has.customer || !wanted.customer) && (has.paymentIntent || !wanted.paymentIntent);

const union = (a: Expansion, b: Expansion): Expansion => ({
  customer: a.customer || b.customer,
  paymentIntent: a.paymentIntent || b.paymentIntent,
});

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));
