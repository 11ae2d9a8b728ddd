import { isWithin, type SessionFilter } from '../../src/checkout/filter.ts';
import type { SessionKey } from '../../src/checkout/global-id.ts';
import type { ProviderName } from '../../src/checkout/provider-name.ts';
import type { IndexedSession, IndexPageRequest, IndexPlace } from '../../src/ledger/session-index.ts';

const HOUR = 3_600_000;

/** What a session index does, done with a plain array. */
export class SessionIndexModel {
  #entries: { session: IndexedSession; missingUntil: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  learn(session: IndexedSession): void {
    const before = this.#entries.find((entry) => isKeyOf(session, entry.session))?.session;
    if (before?.isArchived && !session.isArchived) return;
    this.#entries = this.#entries.filter((entry) => !isKeyOf(session, entry.session));
    this.#entries.push({ session, missingUntil: 0 });
  }

  missing(key: SessionKey): void {
    for (const entry of this.#entries) if (isKeyOf(key, entry.session)) entry.missingUntil = this.#now() + HOUR;
  }

  page({ provider, filter, direction, from, inclusive = false, limit }: IndexPageRequest): IndexedSession[] {
    const isBeyond = (session: IndexedSession): boolean => {
      if (from === null) return true;
      const order = compare(session, from);
      return order === 0 ? inclusive : order > 0 === (direction === 'older');
    };
    const sessions = this.#listed(provider).filter((session) => isBeyond(session) && mayMatch(session, filter));
    return direction === 'older' ? sessions.slice(0, limit) : sessions.slice(Math.max(0, sessions.length - limit));
  }

  count(provider: ProviderName, filter: SessionFilter): number {
    return this.#listed(provider).filter((session) => matches(session, filter)).length;
  }

  #listed(provider: ProviderName): IndexedSession[] {
    return this.#entries
      .filter(({ session, missingUntil }) => session.provider === provider && missingUntil <= this.#now())
      .map(({ session }) => session)
      .sort(compare);
  }
}

const isKeyOf = (key: SessionKey, session: IndexedSession): boolean =>
  key.provider === session.provider && key.providerId === session.providerId;

/** Newest first, then the greater id. */
function compare(a: IndexPlace, b: IndexPlace): number {
  const time = ({ createdAt }: IndexPlace): number =>
    createdAt === null ? Number.MIN_SAFE_INTEGER : Date.parse(createdAt);
  return time(b) - time(a) || Buffer.from(b.providerId).compare(Buffer.from(a.providerId));
}

function mayMatch(session: IndexedSession, filter: SessionFilter): boolean {
  const isUnsettled = ['OPEN', 'PROCESSING', 'UNKNOWN', 'CANCELED'].includes(session.status);
  const mayHave = (own: string | null, wanted: string | null): boolean =>
    wanted === null || own === wanted || (own === null && isUnsettled);
  return (
    hasWhatNeverChanges(session, filter) &&
    (filter.statuses === null || isUnsettled || filter.statuses.includes(session.status)) &&
    mayHave(session.subscriptionId, filter.subscriptionId) &&
    mayHave(session.paymentId, filter.paymentId)
  );
}

const matches = (session: IndexedSession, filter: SessionFilter): boolean =>
  hasWhatNeverChanges(session, filter) &&
  (filter.statuses === null || filter.statuses.includes(session.status)) &&
  (filter.subscriptionId === null || session.subscriptionId === filter.subscriptionId) &&
  (filter.paymentId === null || session.paymentId === filter.paymentId);

/** An archived session stays so. */
const hasWhatNeverChanges = (
  session: IndexedSession,
  { customers, createdAt, includeArchived }: SessionFilter,
): boolean =>
  (includeArchived || !session.isArchived) &&
  isWithin(createdAt, session.createdAt) &&
  (customers === null ||
    customers.some(({ provider, id }) => provider === session.provider && id === session.customerId));
