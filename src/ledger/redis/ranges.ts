import { customersOf, type SessionFilter } from '../../checkout/filter.ts';
import type { ProviderName } from '../../checkout/provider-name.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import { candidateStatuses, SESSION_STATUSES, UNSETTLED_STATUSES } from '../candidates.ts';
import type { IndexedSession } from '../session-index.ts';
import { groupText, partText } from './row.ts';

/**
 * What members of an account's sorted set begin with: all sessions, or those with one value. `index-scripts.ts` makes
 * the members.
 */
const all = () => 's';
const withCustomer = (id: string) => `c${partText(id)}`;
const withSubscription = (id: string | null) => `b${partText(id)}`;
const withPayment = (id: string | null) => `p${partText(id)}`;

/** The groups of some statuses behind a beginning: each is a stretch that stands in the list's order. */
const groups = (beginnings: string[], statuses: readonly SessionStatus[], { includeArchived }: SessionFilter) =>
  beginnings.flatMap((beginning) =>
    statuses.flatMap((status) =>
      (includeArchived ? [false, true] : [false]).map((isArchived) => beginning + groupText(status, isArchived)),
    ),
  );

const customersIn = (filter: SessionFilter, provider: ProviderName): string[] | null => {
  const customers = customersOf(filter, provider);
  return customers && [...new Set(customers)];
};

/**
 * The stretches in which everything stands that may match the filter. All of it does when at most one of customer,
 * subscription and payment is asked for; else some has to be left out by `mayMatch`.
 */
export function candidateRanges(filter: SessionFilter, provider: ProviderName): string[] {
  const { subscriptionId, paymentId } = filter;
  const statuses = candidateStatuses(filter);
  const customers = customersIn(filter, provider);
  if (customers?.length === 0) return [];
  if (paymentId === null && subscriptionId === null) {
    return groups(customers?.map(withCustomer) ?? [all()], statuses, filter);
  }
  // The payment first: a session that has not ended may have one long since, but hardly a subscription.
  const [own, none] =
    paymentId === null
      ? [withSubscription(subscriptionId), withSubscription(null)]
      : [withPayment(paymentId), withPayment(null)];
  // Besides those that have it, those that may have got it by now.
  const others = customers?.map(withCustomer) ?? [none];
  return [...groups([own], statuses, filter), ...groups(others, UNSETTLED_STATUSES, filter)];
}

/** The stretches in which everything stands that matches; all that stands there does when `isCountedByRanges`. */
export function matchRanges(filter: SessionFilter, provider: ProviderName): string[] {
  const { subscriptionId, paymentId } = filter;
  const customers = customersIn(filter, provider);
  if (customers?.length === 0) return [];
  const statuses = filter.statuses ?? SESSION_STATUSES;
  if (paymentId !== null) return groups([withPayment(paymentId)], statuses, filter);
  if (subscriptionId !== null) return groups([withSubscription(subscriptionId)], statuses, filter);
  return groups(customers?.map(withCustomer) ?? [all()], statuses, filter);
}

export const isCountedByRanges = ({ customers, subscriptionId, paymentId }: SessionFilter): boolean =>
  [customers, subscriptionId, paymentId].filter((value) => value !== null).length <= 1;

/** Of what stands in the candidates' stretches, whether it may match. */
export function mayMatch(session: IndexedSession, filter: SessionFilter): boolean {
  // Only who has not ended stands in a stretch of those without a value.
  const mayHave = (own: string | null, wanted: string | null): boolean =>
    wanted === null || own === wanted || (own === null && UNSETTLED_STATUSES.includes(session.status));
  return (
    hasCustomer(session, filter) &&
    mayHave(session.subscriptionId, filter.subscriptionId) &&
    mayHave(session.paymentId, filter.paymentId)
  );
}

/** Of what stands in the matches' stretches, whether it matches. */
export const matches = (session: IndexedSession, filter: SessionFilter): boolean =>
  hasCustomer(session, filter) &&
  (filter.subscriptionId === null || session.subscriptionId === filter.subscriptionId) &&
  (filter.paymentId === null || session.paymentId === filter.paymentId);

function hasCustomer({ provider, customerId }: IndexedSession, filter: SessionFilter): boolean {
  const customers = customersOf(filter, provider);
  return customers === null || (customerId !== null && customers.includes(customerId));
}
