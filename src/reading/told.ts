import { LRUCache } from 'lru-cache';
import type { CheckoutSession } from '../checkout/session.ts';
import type { Instant } from '../checkout/time.ts';
import { isBehind, type SessionVersion, versionOf } from '../checkout/version.ts';

/** What callers of this process have been told last of each session, so that nothing older is told after it. */
export type Told = {
  /** A session as its provider has just given it. Tells whether that is another version than the one told before. */
  tell(session: CheckoutSession): boolean;
  /** Whether a session that was kept is an older version than one told since. */
  isOutdated(session: CheckoutSession): boolean;
  /** Whether what a provider gives lies, by its own time, before what it gave already: it reads from replicas. */
  isBehind(session: CheckoutSession): boolean;
};

type Telling = { version: SessionVersion; fetchedAt: Instant; at: number };

/** Sessions remembered; a version is some 200 bytes. */
const MAX_SESSIONS = 20_000;
/** Milliseconds. Longer than anything is kept. */
const REMEMBERED_MS = 25 * 3_600_000;
/** Milliseconds. Longer than a provider's replicas lag behind each other. */
const LAG_MS = 60_000;

/** @param now epoch milliseconds */
export function createTold(now: () => number): Told {
  const tellings = new LRUCache<string, Telling>({ max: MAX_SESSIONS });
  const last = ({ id }: CheckoutSession): Telling | undefined => {
    const telling = tellings.get(id);
    return telling && now() < telling.at + REMEMBERED_MS ? telling : undefined;
  };
  const isBehindTold: Told['isBehind'] = (session) => {
    const telling = last(session);
    if (!telling || now() >= telling.at + LAG_MS) return false;
    return isBehind({ ...telling.version, updatedAt: session.updatedAt }, telling.version);
  };
  return {
    tell(session) {
      if (isBehindTold(session)) return false;
      const before = last(session);
      const version = versionOf(session);
      const isNews = before !== undefined && !isSame(before.version, version);
      // Of two answers that crossed on the way, the one that was asked for first says nothing new.
      if (isNews && before.fetchedAt > session.fetchedAt) return false;
      tellings.set(session.id, { version, fetchedAt: session.fetchedAt, at: now() });
      return isNews;
    },
    isOutdated(session) {
      const telling = last(session);
      return (
        telling !== undefined && telling.fetchedAt >= session.fetchedAt && !isSame(telling.version, versionOf(session))
      );
    },
    isBehind: isBehindTold,
  };
}

/** A list may leave out when its sessions were updated. */
const isSame = (a: SessionVersion, b: SessionVersion): boolean =>
  a.stage === b.stage &&
  a.isArchived === b.isArchived &&
  (a.updatedAt === b.updatedAt || a.updatedAt === null || b.updatedAt === null);
