import DataLoader from 'dataloader';
import type { SessionKey } from '../checkout/global-id.ts';
import {
  type CallContext,
  type Expansion,
  NO_EXPANSION,
  type PageRequest,
  type Provider,
} from '../checkout/provider.ts';
import type { CheckoutSession, FlexLineItem, ProviderName } from '../checkout/session.ts';
import { createFetchSessions } from './fetch-sessions.ts';
import { createLimit } from './limit.ts';
import { createSessionLoader } from './session-loader.ts';

/** Everything that one request reads from the providers. Made for each request, never shared. */
export type Reading = {
  /** Null when the provider has no such session, or is not enabled. */
  session(key: SessionKey, expansion: Expansion): Promise<CheckoutSession | null>;
  /** What is being bought in a session; none when there is no such session. */
  lineItems(key: SessionKey): Promise<FlexLineItem[]>;
  /** A page of a provider that has pages. */
  page(provider: Provider, request: PageRequest, expansion: Expansion): Promise<CheckoutSession[]>;
  /** The whole list of a provider that gives it at once; once in a request. */
  all(provider: Provider): Promise<CheckoutSession[]>;
  /** Makes the next read of a session ask the provider again. */
  forget(key: SessionKey): void;
};

type ReadingOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  call: CallContext;
  /** Told of every session that was loaded. */
  onLoaded?: (session: CheckoutSession) => void;
};

export function createReading({ providers, call, onLoaded }: ReadingOptions): Reading {
  const limit = createLimit();
  const lists = new Map<ProviderName, Promise<CheckoutSession[]>>();
  const listAll = (provider: Provider): Promise<CheckoutSession[]> => {
    const known = lists.get(provider.name);
    if (known) return known;
    const list = limit(provider.name, async () => (await provider.listAllSessions?.(call)) ?? []);
    lists.set(provider.name, list);
    return list;
  };
  const sessions = createSessionLoader(createFetchSessions(providers, limit, listAll, call));
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
      if (session) onLoaded?.(session);
      return session;
    },
    lineItems: (key) => lineItems.load(key),
    page: async (provider, request, expansion) =>
      primed(
        await limit(provider.name, async () => (await provider.listSessions?.(request, expansion, call)) ?? []),
        expansion,
      ),
    all: async (provider) => primed(await listAll(provider), NO_EXPANSION),
    forget: (key) => {
      sessions.forget(key);
      lists.delete(key.provider);
    },
  };
}
