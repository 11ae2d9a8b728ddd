import DataLoader from 'dataloader';
import type { SessionKey } from '../checkout/global-id.ts';
import type { PagedList, PageRequest, WholeList } from '../checkout/list.ts';
import { type CallContext, type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { CheckoutSession, FlexLineItem, ProviderName } from '../checkout/session.ts';
import { createFetchSessions } from './fetch-sessions.ts';
import { createLimit } from './limit.ts';
import type { Remember } from './remember.ts';
import { createSessionLoader } from './session-loader.ts';

/** Everything that one request reads from the providers. Made for each request, never shared. */
export type Reading = {
  /** Null when the provider has no such session, or is not enabled. */
  session(key: SessionKey, expansion: Expansion): Promise<CheckoutSession | null>;
  /** What is being bought in a session; none when there is no such session. */
  lineItems(key: SessionKey): Promise<FlexLineItem[]>;
  /** A page of a list, equal ones once in a request; null when the session that it is anchored at is gone. */
  page(
    provider: Provider,
    list: PagedList,
    request: PageRequest,
    expansion: Expansion,
  ): Promise<CheckoutSession[] | null>;
  /** A whole list; once in a request. */
  all(provider: Provider, list: WholeList): Promise<CheckoutSession[]>;
  /** How many calls to each provider it has cost so far. */
  calls: ReadonlyMap<ProviderName, number>;
  /** Makes the next read of a session ask the provider again. */
  forget(key: SessionKey): void;
};

type ReadingOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  call: CallContext;
  remember: Remember;
};

export function createReading({ providers, call, remember }: ReadingOptions): Reading {
  const { limit, calls } = createLimit();
  const lists = new Map<string, Promise<CheckoutSession[]>>();
  const pages = new Map<string, Promise<CheckoutSession[] | null>>();
  const readAll = ({ name }: Provider, list: WholeList): Promise<CheckoutSession[]> => {
    const key = `${name}:${list.key}`;
    const sessions = lists.get(key) ?? limit(name, () => list.readAll(call));
    lists.set(key, sessions);
    return sessions;
  };
  const sessions = createSessionLoader(createFetchSessions(providers, limit, readAll, call));
  const loadLineItems = (key: SessionKey): Promise<FlexLineItem[]> => {
    const provider = providers.get(key.provider);
    if (!provider?.getLineItems) return Promise.resolve([]);
    return limit(key.provider, async () => (await provider.getLineItems?.(key.providerId, call)) ?? []);
  };
  const lineItems = new DataLoader(
    async (keys: readonly SessionKey[]) => {
      const settled = await Promise.allSettled(keys.map(loadLineItems));
      return settled.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error)));
    },
    { cacheKeyFn: ({ provider, providerId }) => `${provider}:${providerId}` },
  );
  const primed = (list: CheckoutSession[], expansion: Expansion) => {
    for (const session of list) sessions.prime(session, expansion);
    return list;
  };
  return {
    async session(key, expansion) {
      const session = await sessions.load(key, expansion);
      if (session) remember.found(session);
      else remember.missing(key);
      return session;
    },
    lineItems: (key) => lineItems.load(key),
    async page({ name }, list, request, expansion) {
      const key = JSON.stringify([name, list.key, request, expansion]);
      const page = pages.get(key) ?? limit(name, () => list.readPage(request, expansion, call));
      pages.set(key, page);
      const sessions = await page;
      return sessions && primed(sessions, expansion);
    },
    all: async (provider, list) => primed(await readAll(provider, list), NO_EXPANSION),
    calls,
    forget: (key) => {
      sessions.forget(key);
      pages.clear();
      for (const name of lists.keys()) if (name.startsWith(`${key.provider}:`)) lists.delete(name);
    },
  };
}
