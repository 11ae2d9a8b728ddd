import { GatewayError } from '../checkout/errors.ts';
import type { ListCoverage } from '../checkout/list.ts';
import type { ProviderName } from '../checkout/provider-name.ts';
import { type PageInput, readPageArguments } from './arguments.ts';
import { decodeCursor, type ListState } from './cursor.ts';
import type { Edge } from './page.ts';
import { type PageResult, readBackward, readForward } from './read-page.ts';
import type { Source } from './source.ts';

/** A list to merge, by a key that is the same whenever the filter is. */
export type ListedSource = {
  provider: ProviderName;
  key: string;
  source: Source;
  /** Why what it gave so far is older than it should be; null when it is not. */
  staleness?(): GatewayError | null;
};

/** What is listed of one provider. */
export type ListedProvider = {
  provider: ProviderName;
  coverage: ListCoverage;
  /** Null when none of its sessions can match. */
  sources: ListedSource[] | null;
};

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
  edges: readonly Edge[];
  pageInfo: { hasNextPage: boolean; hasPreviousPage: boolean; startCursor: string | null; endCursor: string | null };
  sources: SourceReport[];
  /** How many sessions match in all; null where one of the lists cannot tell. */
  countAll(): Promise<number | null>;
};

/**
 * A page of all providers' sessions in one list, newest first: by creation time, ties by provider name, then in the
 * provider's own order.
 * @param filter tells the filter that the sources were made for
 * @throws GatewayError BAD_USER_INPUT for bad arguments, before anything is asked; a provider's own error when every
 *   list that was asked failed
 */
export async function listSessions(
  providers: readonly ListedProvider[],
  filter: string,
  input: PageInput,
): Promise<Connection> {
  const page = readPageArguments(input);
  const state = (cursor: string | null): ListState | null => (cursor === null ? null : decodeCursor(cursor, filter));
  const bounds = { after: state(page.after), before: state(page.before) };
  // Ties in time go by the provider's name, so the lists stand in that order.
  const sorted = [...providers].sort((a, b) => (a.provider < b.provider ? -1 : 1));
  const lists = sorted.flatMap(({ sources }) => sources ?? []);
  const result = await (page.backward ? readBackward : readForward)({ lists, filter, ...page, ...bounds });
  return {
    edges: result.page.edges,
    pageInfo: pageInfoOf(result, page.backward),
    sources: sorted.map((listed) => reportOf(listed, result.failures)),
    countAll: () => countAll(lists),
  };
}

/** A page without edges, or that was cut short, still says where to go on. */
function pageInfoOf(
  { page, hasNextPage, hasPreviousPage, isCut }: PageResult,
  backward: boolean,
): Connection['pageInfo'] {
  const [first, last] = [page.edges[0], page.edges.at(-1)];
  const goesOn = backward ? hasPreviousPage : hasNextPage;
  const beside = goesOn && (isCut || !first) ? page.cursorBeside(backward ? 'before' : 'behind') : null;
  return {
    hasNextPage,
    hasPreviousPage,
    get startCursor() {
      return (backward ? beside : null) ?? first?.cursor ?? null;
    },
    get endCursor() {
      return (backward ? null : beside) ?? last?.cursor ?? null;
    },
  };
}

function reportOf(
  { provider, coverage, sources }: ListedProvider,
  failures: ReadonlyMap<string, GatewayError>,
): SourceReport {
  if (!sources) return { provider, coverage, state: 'SKIPPED', code: null, message: null };
  const failure = sources.map(({ key }) => failures.get(key)).find(Boolean);
  if (failure) return { provider, coverage, state: 'FAILED', code: failure.code, message: failure.message };
  const stale = sources.map(({ staleness }) => staleness?.()).find((error) => error != null);
  if (stale) return { provider, coverage, state: 'STALE', code: stale.code, message: stale.message };
  return { provider, coverage, state: 'OK', code: null, message: null };
}

async function countAll(lists: readonly ListedSource[]): Promise<number | null> {
  const counts = await Promise.all(
    lists.map(({ source }) =>
      source.count().catch((error: unknown) => {
        if (error instanceof GatewayError) return null;
        throw error;
      }),
    ),
  );
  return counts.reduce<number | null>((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}
