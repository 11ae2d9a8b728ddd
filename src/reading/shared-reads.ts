import type { Cache } from '../cache/cache.ts';
import { globalId, type SessionKey } from '../checkout/global-id.ts';
import type { PagedList, PageRequest, WholeList } from '../checkout/list.ts';
import { type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { CheckoutSession, FlexLineItem } from '../checkout/session.ts';
import { isBehind, type SessionVersion, stateOf, versionOf } from '../checkout/version.ts';
import { lineItemsEntry, listEntry, missingEntry, sessionEntry } from './lifetime.ts';
import { type CacheAccounts, createPlaces } from './places.ts';
import { type CachedRead, createReadThrough, type Reader, type ReadResult } from './read-through.ts';
import { createTold } from './told.ts';

/** What the gateway reads from the providers, shared by all requests and, through Redis, by all replicas. */
export type SharedReads = {
  /** Null when the provider has no such session. */
  session(
    provider: Provider,
    providerId: string,
    expansion: Expansion,
    reader: Reader,
  ): Promise<ReadResult<CheckoutSession | null>>;
  /** A session that is kept and fresh; null when there is none, and nobody is asked. */
  peekSession(
    provider: Provider,
    providerId: string,
    expansion: Expansion,
    reader: Reader,
  ): Promise<ReadResult<CheckoutSession | null> | null>;
  /** A session that is kept and may stand in, because its provider failed when it was asked for a whole list. @throws the failure */
  standInSession(
    provider: Provider,
    providerId: string,
    expansion: Expansion,
    failure: unknown,
    reader: Reader,
  ): Promise<ReadResult<CheckoutSession | null>>;
  /** None when there is no such session. */
  lineItems(provider: Provider, providerId: string, reader: Reader): Promise<ReadResult<FlexLineItem[] | null>>;
  /** Null when the session that the page is anchored at is gone. */
  page(
    provider: Provider,
    list: PagedList,
    request: PageRequest,
    expansion: Expansion,
    reader: Reader,
  ): Promise<ReadResult<CheckoutSession[] | null>>;
  all(provider: Provider, list: WholeList, reader: Reader): Promise<ReadResult<CheckoutSession[]>>;
  /**
   * Makes the next read of a session, and of the lists that it can be in, ask the provider again, on every replica. What
   * is being read meanwhile is not kept. Has to be called before a change is sent and after it was answered, and for
   * every webhook.
   * @param shown what the change or the webhook has told of the session: reads that are behind it are not kept
   */
  forget(key: SessionKey, shown?: SessionVersion): Promise<void>;
};

/** What one request reads of it. */
export type Reads = Omit<SharedReads, 'forget'>;

type SharedReadsOptions = {
  cache: Cache;
  accounts: CacheAccounts;
  /** Milliseconds that a call to a provider may take, whoever waits for it. */
  fetchMs: number;
  /** Epoch milliseconds. */
  now: () => number;
  /** From 0 to 1. @default Math.random */
  random?: () => number;
};

export function createSharedReads({
  cache,
  accounts,
  fetchMs,
  now,
  random = Math.random,
}: SharedReadsOptions): SharedReads {
  const places = createPlaces(accounts);
  const told = createTold(now);
  const through = createReadThrough({ cache, now, random, fetchMs });

  const sessionRead = (
    provider: Provider,
    providerId: string,
    wanted: Expansion,
  ): CachedRead<CheckoutSession | null> => {
    const expansion = possible(provider, wanted);
    return {
      provider: provider.name,
      place: places.session(provider.name, providerId, expansion),
      fetch: (call) => provider.getSession(providerId, expansion, call),
      keep: (session, fetch) =>
        session
          ? { ...sessionEntry(session, fetch), version: textOf(session) }
          : { ...missingEntry(fetch), version: NONE },
      isOutdated: (session, askedAt) =>
        session ? told.isOutdated(session, askedAt) : told.isThere(globalId(provider.name, providerId), askedAt),
      isBehind(session, shown) {
        // A session that is not there is gone, unless it was made or changed just now.
        if (!session) return shown !== null;
        return told.isBehind(session) || (shown !== null && isBehind(versionOf(session), shown));
      },
      fetched: (session, askedAt) => void (session && told.tell(session, askedAt)),
    };
  };
  const listRead = <T extends CheckoutSession[] | null>(
    provider: Provider,
    list: string,
    fetch: CachedRead<T>['fetch'],
  ): CachedRead<T> => ({
    provider: provider.name,
    place: places.list(provider.name, list),
    fetch,
    // That an anchor is gone is found out again.
    keep: (sessions, times) => sessions && listEntry(sessions, times),
    isOutdated: (sessions, askedAt) => sessions?.some((session) => told.isOutdated(session, askedAt)) ?? false,
    isBehind: () => false,
    fetched(sessions, askedAt) {
      const news = sessions?.filter((session) => told.tell(session, askedAt)) ?? [];
      const cells = news.map(({ providerId }) => places.sessionCell(provider.name, providerId));
      if (cells.length > 0) void cache.drop(cells);
    },
  });

  return {
    session: (provider, providerId, expansion, reader) =>
      through.read(sessionRead(provider, providerId, expansion), reader),
    peekSession: (provider, providerId, expansion, reader) =>
      through.peek(sessionRead(provider, providerId, expansion), reader),
    standInSession: (provider, providerId, expansion, failure, reader) =>
      through.standIn(sessionRead(provider, providerId, expansion), failure, reader),
    lineItems: (provider, providerId, reader) =>
      through.read(
        {
          provider: provider.name,
          place: places.lineItems(provider.name, providerId),
          fetch: async (call) => (await provider.getLineItems?.(providerId, call)) ?? null,
          keep: (items, fetch) => (items ? lineItemsEntry(items, fetch) : missingEntry(fetch)),
          isOutdated: () => false,
          isBehind: () => false,
          fetched: () => {},
        },
        reader,
      ),
    page(provider, list, request, wanted, reader) {
      const expansion = possible(provider, wanted);
      const key = JSON.stringify([list.key, request, expansion]);
      return through.read(
        listRead(provider, key, (call) => list.readPage(request, expansion, call)),
        reader,
      );
    },
    all: (provider, list, reader) => through.read(listRead(provider, list.key, list.readAll), reader),
    async forget({ provider, providerId }, shown) {
      const cell = places.sessionCell(provider, providerId);
      if (shown) await cache.show(cell, shown);
      await cache.drop([cell, places.listsCell(provider)]);
    },
  };
}

/** The version of a session that is not there. */
const NONE = 'none';

const textOf = (session: CheckoutSession): string => `${stateOf(session)} ${session.updatedAt}`;

/** What a provider cannot expand makes no difference to its answer. */
const possible = ({ expands = NO_EXPANSION }: Provider, { customer, paymentIntent }: Expansion): Expansion => ({
  customer: customer && expands.customer,
  paymentIntent: paymentIntent && expands.paymentIntent,
});
