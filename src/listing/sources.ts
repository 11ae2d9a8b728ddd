import { badUserInput, GatewayError } from '../checkout/errors.ts';
import { matchesFilter, type SessionFilter } from '../checkout/filter.ts';
import { coverageOf } from '../checkout/list.ts';
import { type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import { LedgerError } from '../ledger/ledger.ts';
import type { SessionIndex } from '../ledger/session-index.ts';
import type { Reading } from '../reading/index.ts';
import type { ReadResult } from '../reading/read-through.ts';
import type { Log } from '../telemetry/log.ts';
import type { ListedProvider, ListedSource } from './connection.ts';
import { createIndexSource } from './index-source.ts';
import { createKeysetSource } from './keyset-source.ts';
import { createSnapshotSource } from './snapshot-source.ts';
import type { Source } from './source.ts';

type SourceOptions = {
  filter: SessionFilter;
  reading: Reading;
  index: SessionIndex;
  expansion: Expansion;
  /** Whether the filter names customers because the caller is bound to them. */
  isBound: boolean;
  log: Log;
};

/** What is to be read of each provider for a filter: pages, the whole list, or what the gateway's index knows. */
export const listedProviders = (providers: Iterable<Provider>, options: SourceOptions): ListedProvider[] =>
  [...providers].map((provider) => {
    const { name, listing } = provider;
    const sources = planned(options, () => sourcesOf(provider, options));
    return {
      provider: name,
      coverage: coverageOf(listing),
      sources: sources?.map((source, index) => ({ provider: name, key: `${name}${index || ''}`, ...source })) ?? null,
    };
  });

/** Who is bound to many customers named none of them, and would not know what the provider's plan complains of. */
function planned<T>({ isBound }: SourceOptions, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!isBound || !(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT') throw error;
    throw badUserInput(`${error.message} Your own customers count: name some of them in filter.customers.`);
  }
}

/** Milliseconds for which the gateway's own list is as good as one of a provider. */
const LIST_FRESH_MS = 3000;

type NotedSource = Pick<ListedSource, 'source' | 'staleness'>;

/** Makes a source of reads that may be answered from the cache because the provider cannot be asked, and notes it. */
function noting(create: (note: <T>(read: ReadResult<T>) => T) => Source): NotedSource {
  let failure: GatewayError | null = null;
  const source = create((read) => {
    failure ??= read.failure;
    return read.value;
  });
  return { source, staleness: () => failure };
}

function sourcesOf(
  provider: Provider,
  { filter, reading, index, expansion, log }: SourceOptions,
): NotedSource[] | null {
  const { name, listing } = provider;
  const matches = (session: Parameters<typeof matchesFilter>[0]) => matchesFilter(session, filter);
  switch (listing.kind) {
    case 'PAGED':
      return (
        listing.plan(filter)?.map((list) =>
          noting((note) =>
            createKeysetSource({
              ...list,
              readPage: async (request) => note(await reading.page(provider, list, request, expansion)),
              readOne: async (providerId) => note(await reading.sessionRead({ provider: name, providerId }, expansion)),
            }),
          ),
        ) ?? null
      );
    case 'WHOLE': {
      const list = listing.plan(filter);
      if (!list) return null;
      return [
        noting((note) => createSnapshotSource(async () => note(await reading.all(provider, list)).filter(matches))),
      ];
    }
    case 'INDEXED':
      return (
        listing.plan(filter) && [
          noting((note) =>
            createIndexSource({
              readEntries(request) {
                reading.isFreshFor(LIST_FRESH_MS);
                return fromLedger(index.page({ provider: name, filter, ...request }), log);
              },
              load: async ({ providerId }) =>
                note(await reading.sessionRead({ provider: name, providerId }, NO_EXPANSION)),
              matches,
              isSettled: filter.statuses === null && filter.subscriptionId === null && filter.paymentId === null,
              count: () => fromLedger(index.count(name, filter), log),
            }),
          ),
        ]
      );
  }
}

/** A ledger that fails costs the list what is in it, as a provider does. */
const fromLedger = <T>(work: Promise<T>, log: Log): Promise<T> =>
  work.catch((error: unknown) => {
    if (!(error instanceof LedgerError)) throw error;
    log.error({ error: error.message }, 'the ledger cannot be read: a list misses what is in it');
    throw new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway cannot read its own ledger at the moment.', {
      retryable: true,
    });
  });
