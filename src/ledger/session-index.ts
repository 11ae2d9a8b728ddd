import type { SessionFilter } from '../checkout/filter.ts';
import type { SessionKey } from '../checkout/global-id.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { SessionStatus } from '../checkout/status.ts';
import type { Instant } from '../checkout/time.ts';

/**
 * What the index remembers of a session, as it was when the gateway last saw it: what lists are sorted and filtered by,
 * and nothing of its customer but the id.
 */
export type IndexedSession = {
  provider: ProviderName;
  providerId: string;
  createdAt: Instant | null;
  status: SessionStatus;
  customerId: string | null;
  subscriptionId: string | null;
  paymentId: string | null;
  isArchived: boolean;
};

/** Where a session stands among those of its provider; it need not be in the index. */
export type IndexPlace = Pick<IndexedSession, 'createdAt' | 'providerId'>;

export type IndexPageRequest = {
  provider: ProviderName;
  /** `customerEmail`, `clientReferenceId` and `hasDisputes` are not looked at: the index does not know them. */
  filter: SessionFilter;
  /** Towards which end to read from the place. */
  direction: 'older' | 'newer';
  /** Null begins at the newest session of all when reading older ones, at the oldest when reading newer ones. */
  from: IndexPlace | null;
  /** Whether a session that stands at the very place is given too. @default false */
  inclusive?: boolean;
  limit: number;
};

/**
 * The sessions that the gateway has met, of the provider accounts it is set up for: the list of a provider that has none
 * itself. Every method rejects with a LedgerError when the store fails, and keeps working when the store does again.
 */
export type SessionIndex = {
  /**
   * Remembers a session as it is now. Writes nothing when that is known already; nor when it is known to be archived and
   * this says that it is not, because archives give nothing back, and such a read began before.
   */
  learn(session: CheckoutSession): Promise<void>;
  /**
   * The provider knows no such session: pages and counts leave it out for an hour, or until it is learned again. Then it
   * is tried once more, because a provider's replica may have been behind.
   */
  missing(key: SessionKey): Promise<void>;
  /**
   * The sessions nearest to a place that may match the filter, newest first whatever the direction. They are candidates:
   * one that had not ended when it was last seen may have any status, have been archived and have got a subscription or
   * payment since, so the caller refreshes and checks them. None that matches is left out.
   */
  page(request: IndexPageRequest): Promise<IndexedSession[]>;
  /** How many sessions match the filter as they were last seen. */
  count(provider: ProviderName, filter: SessionFilter): Promise<number>;
};

/** A session as an index holds it, also one that it leaves out for now. */
export type HeldSession = IndexedSession & {
  /** Epoch milliseconds up to which it is left out, because its provider did not know it; null for one that is listed. */
  missingUntil: number | null;
};

/** The index of one process, or of those of one machine, that another index can be filled from. */
export type OwnSessionIndex = SessionIndex & {
  held(key: SessionKey): Promise<HeldSession | null>;
  /**
   * What it holds of all accounts that it was opened for, in parts, the session that was met last first.
   * @param place where the part before ended; null for the first part
   * @param limit how many to look at
   */
  heldFrom(place: number | null, limit: number): Promise<{ sessions: HeldSession[]; next: number | null }>;
};

/** An index that all replicas write to. */
export type SharedSessionIndex = SessionIndex & {
  /**
   * Remembers what was learned before now, where it is unknown or further along than what is known. Nothing comes back
   * out of the archive, and nothing that has ended opens again.
   * @param areNews whether those that are left out shall be left out here too, although they are known to be listed
   */
  merge(sessions: readonly HeldSession[], areNews: boolean): Promise<void>;
  /** A text that stays the same as long as the store has not lost what was written to it; the first call makes one. */
  mark(): Promise<string>;
};

/** Milliseconds for which a session that its provider does not know is left out. */
export const MISSING_FOR_MS = 3_600_000;

/** What the index remembers of a session. */
export const indexedSession = (session: CheckoutSession): IndexedSession => ({
  provider: session.provider,
  providerId: session.providerId,
  createdAt: session.createdAt,
  status: session.status,
  customerId: session.customer?.id ?? null,
  subscriptionId: session.subscriptionId,
  paymentId: session.paymentId,
  isArchived: session.isArchived,
});

/**
 * The order of the index: newest first, those without a time last; at the same time the greater id first, because the
 * provider's ids sort by time. Ids compare by their UTF-8 bytes, which is how stores compare them.
 */
export function compareInIndex(a: IndexPlace, b: IndexPlace): number {
  const [timeA, timeB] = [a.createdAt ?? '', b.createdAt ?? ''];
  if (timeA !== timeB) return timeA > timeB ? -1 : 1;
  return a.providerId === b.providerId ? 0 : Buffer.compare(Buffer.from(b.providerId), Buffer.from(a.providerId));
}
