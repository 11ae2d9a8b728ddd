import { GatewayError } from '../checkout/errors.ts';
import { NO_FILTER } from '../checkout/filter.ts';
import type { WholeList } from '../checkout/list.ts';
import type { CallContext, Provider } from '../checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { LimitCalls } from './limit.ts';
import type { FetchSessions, Want } from './session-loader.ts';

/** From this many sessions on, one whole list is cheaper for a provider than asking for each. */
export const LIST_INSTEAD_FROM = 10;

/** Asks the providers: by id or, where a provider lists everything at once and enough is wanted, by that list. */
export function createFetchSessions(
  providers: ReadonlyMap<ProviderName, Provider>,
  limit: LimitCalls,
  readAll: (provider: Provider, list: WholeList) => Promise<CheckoutSession[]>,
  call: CallContext,
): FetchSessions {
  const fetchOne = (provider: Provider, { key, expansion }: Want) =>
    limit(provider.name, () => provider.getSession(key.providerId, expansion, call));

  const fetchByList = (
    provider: Provider,
    list: WholeList,
    wants: readonly Want[],
  ): Promise<CheckoutSession | null>[] => {
    const all = readAll(provider, list).then(
      (sessions) => new Map(sessions.map((session) => [session.providerId, session])),
    );
    return wants.map((want) =>
      all.then(
        (sessions) => sessions.get(want.key.providerId) ?? null,
        // One bad entry, or more than may be read, spoils a whole list, but not the sessions asked for one by one.
        (error: unknown) => {
          if (error instanceof GatewayError && error.code === 'UPSTREAM_BAD_RESPONSE') return fetchOne(provider, want);
          throw error;
        },
      ),
    );
  };

  return (wants) => {
    const answers = new Map<Want, Promise<CheckoutSession | null>>();
    for (const [name, group] of Map.groupBy(wants, ({ key }) => key.provider)) {
      const provider = providers.get(name);
      const list = provider && wholeListOf(provider);
      // A provider that is not enabled has no sessions.
      if (!provider) for (const want of group) answers.set(want, Promise.resolve(null));
      else if (list && group.length >= LIST_INSTEAD_FROM) {
        const promises = fetchByList(provider, list, group);
        for (const [index, want] of group.entries())
          answers.set(want, promises[index] as Promise<CheckoutSession | null>);
      } else for (const want of group) answers.set(want, fetchOne(provider, want));
    }
    return wants.map((want) => answers.get(want) as Promise<CheckoutSession | null>);
  };
}

const wholeListOf = ({ listing }: Provider): WholeList | null =>
  listing.kind === 'WHOLE' ? listing.plan(NO_FILTER) : null;
