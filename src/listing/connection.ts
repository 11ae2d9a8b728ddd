import { badUserInput, GatewayError } from '../checkout/errors.ts';
import type { ListCoverage } from '../checkout/provider.ts';
import type { CheckoutSession, ProviderName } from '../checkout/session.ts';
import { decodeCursor, encodeCursor, type Positions } from './cursor.ts';
import { MAX_PAGE } from './keyset-source.ts';
import { mergeNewestFirst } from './merge.ts';
import { positionOf, type Source, type Stretch } from './source.ts';

export type Edge = { cursor: string; node: CheckoutSession };

/** What a page could see of one provider. */
export type SourceReport = {
  provider: ProviderName;
  state: 'OK' | 'STALE' | 'FAILED' | 'SKIPPED';
  coverage: ListCoverage;
  /** `extensions.code` of the failure, and its message. */
  code: string | null;
  message: string | null;
};

export type Connection = {
  edges: Edge[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  sources: SourceReport[];
};

export type ListedProvider = { provider: ProviderName; coverage: ListCoverage; source: Source };

const DEFAULT_PAGE = 20;

/**
 * A page of all providers' sessions in one list, newest first.
 * @throws GatewayError BAD_USER_INPUT for a bad size or cursor; a provider's own error when every provider failed
 */
export async function listSessions(
  providers: readonly ListedProvider[],
  { first, after }: { first?: number | null | undefined; after?: string | null | undefined },
): Promise<Connection> {
  const size = first ?? DEFAULT_PAGE;
  if (size < 0 || size > MAX_PAGE) throw badUserInput(`Expected first to be from 0 to ${MAX_PAGE}, got ${size}.`);
  const start = after == null ? {} : decodeCursor(after);
  // Ties in time go by provider name, so the lists stand in that order.
  const listed = [...providers].sort((a, b) => (a.provider < b.provider ? -1 : 1));
  const results = await Promise.allSettled(
    listed.map(({ provider, source }) => source.read(start[provider] ?? null, size + 1)),
  );
  const sources = listed.map((entry, index) => report(entry, results[index]));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure && results.every((result) => result.status === 'rejected')) throw failure.reason;

  const stretches = results.map((result) => (result.status === 'fulfilled' ? result.value : NOTHING));
  const merged = mergeNewestFirst(
    stretches.map(({ sessions }) => sessions),
    size,
  );
  const edges = toEdges(merged, listed, start);
  const consumed = listed.map((_, index) => merged.filter(({ list }) => list === index).length);
  const hasNextPage = await hasMore(listed, stretches, consumed);
  return {
    edges,
    pageInfo: {
      hasNextPage,
      hasPreviousPage: Object.keys(start).length > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    sources: sources.sort((a, b) => (a.provider < b.provider ? -1 : 1)),
  };
}

const NOTHING: Stretch = { sessions: [], complete: true };

/** Each edge's cursor tells how far every list had been consumed when it was shown. */
function toEdges(
  merged: readonly { list: number; session: CheckoutSession }[],
  listed: readonly ListedProvider[],
  start: Positions,
): Edge[] {
  const positions = { ...start };
  return merged.map(({ list, session }) => {
    const provider = listed[list]?.provider ?? session.provider;
    positions[provider] = positionOf(session);
    return { cursor: encodeCursor(positions), node: session };
  });
}

/** A list that was cut at its largest page and used up has to be asked whether there is more behind it. */
async function hasMore(
  listed: readonly ListedProvider[],
  stretches: readonly Stretch[],
  consumed: readonly number[],
): Promise<boolean> {
  if (stretches.some(({ sessions }, index) => sessions.length > (consumed[index] ?? 0))) return true;
  const unsure = listed.filter((_, index) => stretches[index]?.complete === false);
  const probes = await Promise.all(
    unsure.map(async ({ provider, source }) => {
      const last = stretches[listed.findIndex((entry) => entry.provider === provider)]?.sessions.at(-1);
      // When it cannot be told, the client is let go on: an empty page costs less than sessions never seen.
      return source.read(last ? positionOf(last) : null, 1).then(
        (rest) => rest.sessions.length > 0,
        () => true,
      );
    }),
  );
  return probes.includes(true);
}

function report(
  { provider, coverage }: ListedProvider,
  result: PromiseSettledResult<Stretch> | undefined,
): SourceReport {
  if (result?.status !== 'rejected') return { provider, coverage, state: 'OK', code: null, message: null };
  const { reason } = result;
  // A bug is no failing provider: it must not hide in a report.
  if (!(reason instanceof GatewayError)) throw reason;
  return { provider, coverage, state: 'FAILED', code: reason.code, message: reason.message };
}
