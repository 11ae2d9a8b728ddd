import { badUserInput } from '../../checkout/errors.ts';
import { customersOf, matchesFilter, type SessionFilter, type TimeSpan } from '../../checkout/filter.ts';
import { MAX_LISTS, type PagedList, type PageRequest } from '../../checkout/list.ts';
import type { CallContext, Expansion } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import type { FlexListQuery } from './client.ts';

/** Reads a page of Flex's list; null when the session it is anchored at is gone. */
export type ReadFlexPage = (
  query: FlexListQuery,
  expansion: Expansion,
  call: CallContext,
) => Promise<CheckoutSession[] | null>;

// Flex's word for each of our statuses, where it has one.
const WORDS = {
  OPEN: 'open',
  PROCESSING: 'paid',
  COMPLETED: 'complete',
  CANCELED: 'canceled',
  EXPIRED: 'expired',
  FAILED: null,
  UNKNOWN: null,
} as const satisfies Record<SessionStatus, string | null>;
const ALL_WORDS = Object.values(WORDS).filter((word) => word !== null).length;

/**
 * What to read of Flex for a filter. Flex takes one status and one customer a call, so several become several lists.
 * Statuses that Flex has no word for, and the absence of disputes, have to be looked for in all sessions.
 * @returns null when no session of Flex can match
 * @throws GatewayError BAD_USER_INPUT for a filter that would be more than ten lists
 */
export function planLists(filter: SessionFilter, read: ReadFlexPage): PagedList[] | null {
  const statuses = statusQueries(filter);
  const customers = customersOf(filter, 'FLEX')?.map((customer): FlexListQuery => ({ customer })) ?? [{}];
  if (statuses.length === 0 || customers.length === 0) return null;
  if (statuses.length * customers.length > MAX_LISTS) {
    throw badUserInput(
      `Expected statuses and Flex customers that make at most ${MAX_LISTS} pairs, got ${statuses.length} × ${customers.length}.`,
    );
  }
  const { customerEmail, subscriptionId, paymentId, clientReferenceId, hasDisputes } = filter;
  const common: FlexListQuery = {
    ...(customerEmail !== null && { email: customerEmail }),
    ...(subscriptionId !== null && { subscription: subscriptionId }),
    ...(paymentId !== null && { payment_intent: paymentId }),
    ...(clientReferenceId !== null && { client_reference_id: clientReferenceId }),
    ...(hasDisputes === true && { has_disputes: true }),
  };
  // A status that Flex has no word for can only be looked for.
  const isSparse = filter.statuses?.includes('UNKNOWN') ?? false;
  const isExact = !isSparse && hasDisputes !== false && isWholeSeconds(filter.createdAt);
  // What Flex has filtered by an id is not looked at again: without expansion it may not show it.
  const residual: SessionFilter = {
    ...filter,
    customers: null,
    subscriptionId: null,
    paymentId: null,
    clientReferenceId: null,
    hasDisputes: hasDisputes === false ? false : null,
  };
  return statuses.flatMap((status) =>
    customers.map((customer) => {
      const query = { ...common, ...status, ...customer };
      return {
        key: JSON.stringify([query, filter.createdAt]),
        isExact,
        isSparse,
        matches: (session) => matchesFilter(session, residual),
        readPage: ({ span, ...page }, expansion, call) =>
          read({ ...query, ...pageQuery(page), ...spanQuery(filter.createdAt, span) }, expansion, call),
      } satisfies PagedList;
    }),
  );
}

/** One query for each status that Flex knows; a single open one where they cannot be told apart by it, or need not be. */
function statusQueries({ statuses }: SessionFilter): FlexListQuery[] {
  if (!statuses || statuses.includes('UNKNOWN')) return [{}];
  const words = [...new Set(statuses.map((status) => WORDS[status]))].filter((word) => word !== null);
  return words.length === ALL_WORDS ? [{}] : words.map((status) => ({ status }));
}

const pageQuery = ({ limit, offset, startingAfter, endingBefore }: Omit<PageRequest, 'span'>): FlexListQuery => ({
  limit,
  ...(offset !== undefined && { offset }),
  ...(startingAfter !== undefined && { starting_after: startingAfter }),
  ...(endingBefore !== undefined && { ending_before: endingBefore }),
});

/** Whether a span can be said in the whole seconds that Flex shows, without a rest to be left out here. */
const isWholeSeconds = ({ from, to }: TimeSpan): boolean => (from ?? 0) % 1000 === 0 && ((to ?? -1) + 1) % 1000 === 0;

/**
 * Both spans in one, widened to whole seconds: Flex shows whole seconds and may know finer ones, so that what is shown
 * as 12:00:00 can have happened half a second later. What is too much is left out by `matches`.
 */
function spanQuery(own: TimeSpan, asked: TimeSpan | undefined): FlexListQuery {
  const from = pick(Math.max, own.from, asked?.from);
  const to = pick(Math.min, own.to, asked?.to);
  return {
    ...(from !== null && { 'created[gte]': new Date(Math.floor(from / 1000) * 1000).toISOString() }),
    ...(to !== null && { 'created[lt]': new Date((Math.floor(to / 1000) + 1) * 1000).toISOString() }),
  };
}

function pick(choose: (...values: number[]) => number, ...ends: (number | null | undefined)[]): number | null {
  const given = ends.filter((end) => end != null);
  return given.length > 0 ? choose(...given) : null;
}
