import DataLoader from 'dataloader';
import type { Caller } from '../checkout/caller.ts';
import type { SessionKey } from '../checkout/global-id.ts';
import type { PagedList, PageRequest, WholeList } from '../checkout/list.ts';
import { type CallContext, type Expansion, NO_EXPANSION, type Provider } from '../checkout/provider.ts';
import type { CheckoutSession, FlexLineItem, ProviderName } from '../checkout/session.ts';
import type { ReadOutcome } from '../telemetry/metrics.ts';
import { createFetchSessions } from './fetch-sessions.ts';
import { createLimit } from './limit.ts';
import type { Reader, ReadResult } from './read-through.ts';
import type { Remember } from './remember.ts';
import { type CacheReport, ReportBuilder } from './report.ts';
import { createSessionLoader, type SessionRead } from './session-loader.ts';
import type { Reads, SharedReads } from './shared-reads.ts';
import { visibleReads } from './visible-reads.ts';

/**
 * Everything that one request reads. Made for each request, never shared. What its caller may not see does not exist in
 * it, by whichever way it is asked for.
 */
export type Reading = {
  /** Null when the provider has no such session, or is not enabled. */
  session(key: SessionKey, expansion: Expansion): Promise<CheckoutSession | null>;
  /** The same, with why it is an old one when it is. */
  sessionRead(key: SessionKey, expansion: Expansion): Promise<SessionRead>;
  /** What is being bought in a session; none when there is no such session. */
  lineItems(key: SessionKey): Promise<FlexLineItem[]>;
  /** A page of a list, equal ones once in a request; null when the session that it is anchored at is gone. */
  page(
    provider: Provider,
    list: PagedList,
    request: PageRequest,
    expansion: Expansion,
  ): Promise<ReadResult<CheckoutSession[] | null>>;
  /** A whole list; once in a request. */
  all(provider: Provider, list: WholeList): Promise<ReadResult<CheckoutSession[]>>;
  /** How many calls to each provider it has cost so far. */
  calls: ReadonlyMap<ProviderName, number>;
  /** How much of it came from what is kept. */
  report: CacheReport;
  /** Something else went into the answer, which is good for so many milliseconds. */
  isFreshFor(milliseconds: number): void;
  /** Forgets what this request has read of a session, because it has been changed. */
  forgetHere(key: SessionKey): void;
};

type ReadingOptions = {
  /** The enabled ones. */
  providers: ReadonlyMap<ProviderName, Provider>;
  reads: SharedReads;
  /** Who asks. */
  caller: Caller;
  call: CallContext;
  remember: Remember;
  /** Epoch milliseconds. */
  now: () => number;
  /** Is told how each read went. */
  observe?: (outcome: ReadOutcome) => void;
};

export function createReading(options: ReadingOptions): Reading {
  const { providers, caller, call, remember, now, observe } = options;
  // Remembered is what there is, not what this caller sees of it: the index is everybody's.
  const reads = visibleReads(remembering(options.reads, remember), caller);
  const calls = new Map<ProviderName, number>();
  const report = new ReportBuilder(observe);
  const onCall = (provider: ProviderName) => void calls.set(provider, (calls.get(provider) ?? 0) + 1);
  const reader: Reader = { call, limit: createLimit(), report, onCall };
  const lists = new Map<string, Promise<ReadResult<CheckoutSession[]>>>();
  const pages = new Map<string, Promise<ReadResult<CheckoutSession[] | null>>>();
  const readAll = (provider: Provider, list: WholeList) =>
    once(lists, `${provider.name}:${list.key}`, () => reads.all(provider, list, reader));
  const sessions = createSessionLoader(createFetchSessions(providers, reads, readAll, reader));
  const lineItems = createLineItemsLoader(providers, reads, reader);
  const primed = <T extends CheckoutSession[] | null>(read: ReadResult<T>, expansion: Expansion) => {
    // One that stands in for the provider's answer must not pass for one.
    if (!read.failure) for (const session of read.value ?? []) sessions.prime(session, expansion);
    return read;
  };
  return {
    sessionRead: (key, expansion) => sessions.load(key, expansion),
    session: async (key, expansion) => (await sessions.load(key, expansion)).value,
    lineItems: (key) => lineItems.load(key),
    async page(provider, list, request, expansion) {
      const key = JSON.stringify([provider.name, list.key, request, expansion]);
      return primed(await once(pages, key, () => reads.page(provider, list, request, expansion, reader)), expansion);
    },
    all: async (provider, list) => primed(await readAll(provider, list), NO_EXPANSION),
    calls,
    report,
    isFreshFor: (milliseconds) => report.isFreshUntil(now() + milliseconds),
    forgetHere(key) {
      sessions.forget(key);
      lineItems.clear(key);
      pages.clear();
      for (const name of lists.keys()) if (name.startsWith(`${key.provider}:`)) lists.delete(name);
    },
  };
}

/** Has the index learn of each session that is read by its id. */
const remembering = (reads: Reads, remember: Remember): Reads => ({
  ...reads,
  async session(provider, providerId, expansion, reader) {
    const read = await reads.session(provider, providerId, expansion, reader);
    if (read.value && read.isCurrent) remember.found(read.value);
    if (!read.value && read.isCurrent) remember.missing({ provider: provider.name, providerId });
    return read;
  },
});

const createLineItemsLoader = (
  providers: ReadonlyMap<ProviderName, Provider>,
  reads: Reads,
  reader: Reader,
): DataLoader<SessionKey, FlexLineItem[], string> =>
  new DataLoader(
    async (keys) => {
      const settled = await Promise.allSettled(
        keys.map(async ({ provider: name, providerId }) => {
          const provider = providers.get(name);
          if (!provider?.getLineItems) return [];
          return (await reads.lineItems(provider, providerId, reader)).value ?? [];
        }),
      );
      return settled.map((result) => (result.status === 'fulfilled' ? result.value : (result.reason as Error)));
    },
    { cacheKeyFn: ({ provider, providerId }) => `${provider}:${providerId}` },
  );

function once<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const reading = known.get(key) ?? read();
  known.set(key, reading);
  return reading;
}
