import type { Entry } from '../cache/cache.ts';
import type { CheckoutSession } from '../checkout/session.ts';
import { isPayable, type SessionStatus } from '../checkout/status.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;

/** Milliseconds for which a value is shown at once when it is not fresh any more, while it is asked for anew. */
const REVALIDATE_MS = 10 * SECOND;
/** How far a freshness may be from what the table says, so that what was read together is not asked for together. */
const SPREAD = 0.15;

/** Milliseconds for which a value is fresh and, after that, for which it may stand in for a provider that fails. */
type Lifetime = { fresh: number; onError: number };

const OPEN: Lifetime = { fresh: 3 * SECOND, onError: 30 * SECOND };
const ENDED: Lifetime = { fresh: 10 * MINUTE, onError: DAY };

const BY_STATUS = {
  OPEN,
  PROCESSING: OPEN,
  UNKNOWN: OPEN,
  // Refunds come.
  COMPLETED: { fresh: 30 * SECOND, onError: DAY },
  EXPIRED: ENDED,
  CANCELED: ENDED,
  FAILED: ENDED,
} as const satisfies Record<SessionStatus, Lifetime>;

/** When the provider was asked, and a random number from 0 to 1. */
type Fetch = { fetchedAt: number; random: number };

/** How long a session may be shown. One that is still open is not shown beyond its end: its link is dead then. */
export const sessionEntry = (session: CheckoutSession, fetch: Fetch): Entry =>
  entry(session, BY_STATUS[session.status], fetch, hasEnded(session) ? null : endOf(session));

/** A list that changes whenever something new is sold, and whose open sessions end one by one. */
export function listEntry(sessions: readonly CheckoutSession[], fetch: Fetch): Entry {
  const ends = sessions.filter((session) => !hasEnded(session)).map(endOf);
  // Those whose time is over already were shown like that by the provider itself.
  const ahead = ends.filter((end) => end !== null && end > fetch.fetchedAt) as number[];
  return entry(sessions, OPEN, fetch, ahead.length > 0 ? Math.min(...ahead) : null);
}

/** What is being bought: as good as a list. */
export const lineItemsEntry = (items: unknown, fetch: Fetch): Entry => entry(items, OPEN, fetch, null);

/** That the provider has no such thing. It may have it the next moment, so this is never shown when it cannot be asked. */
export function missingEntry({ fetchedAt, random }: Fetch): Entry {
  const until = fetchedAt + spread(SECOND, random);
  return { value: null, fetchedAt, freshUntil: until, revalidateUntil: until, errorUntil: until };
}

function entry(value: unknown, { fresh, onError }: Lifetime, { fetchedAt, random }: Fetch, end: number | null): Entry {
  const until = (time: number) => Math.max(fetchedAt, Math.min(time, end ?? time));
  const freshUntil = fetchedAt + spread(fresh, random);
  return {
    value,
    fetchedAt,
    freshUntil: until(freshUntil),
    revalidateUntil: until(freshUntil + REVALIDATE_MS),
    errorUntil: until(freshUntil + onError),
  };
}

const spread = (milliseconds: number, random: number): number =>
  Math.round(milliseconds * (1 - SPREAD + 2 * SPREAD * random));

const hasEnded = ({ status }: CheckoutSession): boolean => !isPayable(status) && status !== 'UNKNOWN';

const endOf = ({ expiresAt }: CheckoutSession): number | null => (expiresAt === null ? null : Date.parse(expiresAt));
