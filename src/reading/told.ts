import { LRUCache } from 'lru-cache';
import type { CheckoutSession } from '../checkout/session.ts';
import type { Instant } from '../checkout/time.ts';
import { stateOf } from '../checkout/version.ts';

/** What callers of this process have been told last of each session, so that nothing older is told after it. */
export type Told = {
  /**
   * A session as its provider has just given it. Tells whether it is in another state than the one told before.
   * @param askedAt epoch milliseconds when the provider was asked
   */
  tell(session: CheckoutSession, askedAt: number): boolean;
  /** Whether a session that was asked for then has been told in another state since. */
  isOutdated(session: CheckoutSession, askedAt: number): boolean;
  /** Whether a session that was not there when it was asked for has been told since. */
  isThere(id: string, askedAt: number): boolean;
  /** Whether what a provider gives lies, by its own time, before what it gave already: it reads from replicas. */
  isBehind(session: CheckoutSession): boolean;
};

type Telling = { state: string; updatedAt: Instant | null; askedAt: number; at: number };

/** Sessions remembered; a telling is some 200 bytes. */
const MAX_SESSIONS = 20_000;
/** Milliseconds. Longer than anything is kept. */
const REMEMBERED_MS = 25 * 3_600_000;
/** Milliseconds. Longer than a provider's replicas lag behind each other. */
const LAG_MS = 60_000;

/** @param now epoch milliseconds */
export function createTold(now: () => number): Told {
  const tellings = new LRUCache<string, Telling>({ max: MAX_SESSIONS });
  const last = (id: string): Telling | undefined => {
    const telling = tellings.get(id);
    return telling && now() < telling.at + REMEMBERED_MS ? telling : undefined;
  };
  const isBehind: Told['isBehind'] = ({ id, updatedAt }) => {
    const telling = last(id);
    if (!telling?.updatedAt || updatedAt === null || now() >= telling.at + LAG_MS) return false;
    return updatedAt < telling.updatedAt;
  };
  return {
    isBehind,
    tell(session, askedAt) {
      if (isBehind(session)) return false;
      const before = last(session.id);
      const isNews = before !== undefined && !isSame(before, session);
      // Of two answers that crossed on the way, the one that was asked for first says nothing new.
      if (before && before.askedAt > askedAt) return false;
      tellings.set(session.id, { state: stateOf(session), updatedAt: session.updatedAt, askedAt, at: now() });
      return isNews;
    },
    isOutdated(session, askedAt) {
      const telling = last(session.id);
      return telling !== undefined && telling.askedAt > askedAt && !isSame(telling, session);
    },
    isThere: (id, askedAt) => (last(id)?.askedAt ?? Number.NEGATIVE_INFINITY) > askedAt,
  };
}

/** A list may leave out when its sessions were updated. */
const isSame = (told: Telling, session: CheckoutSession): boolean =>
  told.state === stateOf(session) &&
  (told.updatedAt === session.updatedAt || told.updatedAt === null || session.updatedAt === null);
