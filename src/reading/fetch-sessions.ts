import { GatewayError } from '../checkout/errors.ts';
import { NO_FILTER } from '../checkout/filter.ts';
import type { WholeList } from '../checkout/list.ts';
import type { Provider } from '../checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import type { Reader, ReadResult } from './read-through.ts';
import { type FetchSessions, NOTHING, type SessionRead, type Want } from './session-loader.ts';
import type { Reads } from './shared-reads.ts';

/** From this many sessions on, one whole list is cheaper for a provider than asking for each. */
export const LIST_INSTEAD_FROM = 10;

/** Reads sessions by id or, where a provider lists everything at once and enough is wanted, by that list. */
export function createFetchSessions(
  providers: ReadonlyMap<ProviderName, Provider>,
  reads: Reads,
  readAll: (provider: Provider, list: WholeList) => Promise<ReadResult<CheckoutSession[]>>,
  reader: Reader,
): FetchSessions {
  const readOne = (provider: Provider, { key, expansion }: Want): Promise<SessionRead> =>
    reads.session(provider, key.providerId, expansion, reader);

  const standIn = (provider: Provider, { key, expansion }: Want, failure: unknown): Promise<SessionRead> =>
    reads.standInSession(provider, key.providerId, expansion, failure, reader);

  const readMany = (provider: Provider, list: WholeList, wants: readonly Want[]): Promise<SessionRead>[] => {
    const kept = wants.map(({ key, expansion }) => reads.peekSession(provider, key.providerId, expansion, reader));
    const rest = Promise.all(kept).then((found) => {
      const isWorthIt = found.filter((one) => one === null).length >= LIST_INSTEAD_FROM;
      return isWorthIt ? byId(readAll(provider, list)) : null;
    });
    // Each that needs it hears of it below.
    rest.catch(() => {});
    return wants.map(async (want, index) => {
      const found = await kept[index];
      if (found) return found;
      try {
        const all = await rest;
        const session = all?.sessions.get(want.key.providerId);
        if (all && session) return { ...all.read, value: session };
        // A list that was read some time ago says nothing of a session that is not in it.
        return all && !all.read.isKept ? { ...all.read, value: null } : readOne(provider, want);
      } catch (error) {
        // One bad entry, or more than may be read, spoils a whole list, but not the sessions asked for one by one.
        if (error instanceof GatewayError && error.code === 'UPSTREAM_BAD_RESPONSE') return readOne(provider, want);
        return standIn(provider, want, error);
      }
    });
  };

  return (wants) => {
    const answers = new Map<Want, Promise<SessionRead>>();
    for (const [name, group] of Map.groupBy(wants, ({ key }) => key.provider)) {
      const provider = providers.get(name);
      const list = provider && wholeListOf(provider);
      // A provider that is not enabled has no sessions.
      if (!provider) for (const want of group) answers.set(want, Promise.resolve(NOTHING));
      else if (list && group.length >= LIST_INSTEAD_FROM) {
        const promises = readMany(provider, list, group);
        for (const [index, want] of group.entries()) answers.set(want, promises[index] as Promise<SessionRead>);
      } else for (const want of group) answers.set(want, readOne(provider, want));
    }
    return wants.map((want) => answers.get(want) as Promise<SessionRead>);
  };
}

async function byId(reading: Promise<ReadResult<CheckoutSession[]>>) {
  const read = await reading;
  return { sessions: new Map(read.value.map((session) => [session.providerId, session])), read };
}

const wholeListOf = ({ listing }: Provider): WholeList | null =>
  listing.kind === 'WHOLE' ? listing.plan(NO_FILTER) : null;
