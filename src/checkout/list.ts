import type { SessionFilter, TimeSpan } from './filter.ts';
import type { CallContext, Expansion } from './provider.ts';
import type { CheckoutSession } from './session.ts';

/** What a page of a paged list is asked for. At most one of the two anchors. */
export type PageRequest = {
  /** 1 to 100. */
  limit: number;
  /** How many sessions to leave out: from the newest, or behind `startingAfter`. */
  offset?: number;
  /** Provider id of the session just before the page. */
  startingAfter?: string;
  /** Provider id of the session just behind the page. */
  endingBefore?: string;
  /** Only sessions created in this span, beside what the list's own filter says. */
  span?: TimeSpan;
};

/** A list, newest first, that is read by pages. */
export type PagedList = {
  /** Null when the session that the page is anchored at is gone. */
  readPage(request: PageRequest, expansion: Expansion, call: CallContext): Promise<CheckoutSession[] | null>;
  /** What the provider cannot filter itself. */
  matches(session: CheckoutSession): boolean;
  /** Tells what is asked for from all else that can be asked of the provider. */
  key: string;
  /** Whether the provider filters all of it, so that its sessions can be counted and skipped without looking at them. */
  isExact: boolean;
  /** Whether few of its sessions may match, so that many have to be looked through. */
  isSparse: boolean;
};

/** Most lists that one plan may have: what a page of them costs is reckoned with no more. */
export const MAX_LISTS = 10;

/** A list, newest first, that comes all at once. */
export type WholeList = {
  /** Lists of one key hold the same. */
  key: string;
  readAll(call: CallContext): Promise<CheckoutSession[]>;
};

/**
 * How a provider's sessions can be listed. A plan tells what to read for a filter; null when no session of the provider
 * can match, so that nothing is asked.
 */
export type Listing =
  | {
      kind: 'PAGED' /** Several lists, one for each pair of a status and a customer at most, hold different sessions. */;
      plan(filter: SessionFilter): PagedList[] | null;
    }
  | { kind: 'WHOLE'; plan(filter: SessionFilter): WholeList | null }
  | { kind: 'INDEXED' /** The gateway's own index is read. */; plan(filter: SessionFilter): 'INDEX' | null };

/** Which of a provider's sessions a list can hold: all, or those that the gateway created or was told of. */
export type ListCoverage = 'ALL' | 'KNOWN';

export const coverageOf = ({ kind }: Listing): ListCoverage => (kind === 'INDEXED' ? 'KNOWN' : 'ALL');
