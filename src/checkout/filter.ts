import type { ProviderName } from './provider-name.ts';
import type { CheckoutSession } from './session.ts';
import type { SessionStatus } from './status.ts';

/** A span of time in epoch milliseconds, both ends included; a missing end is open. */
export type TimeSpan = { from: number | null; to: number | null };

/**
 * Which sessions a list shall hold, on the unified values: all that is given must hold, null asks nothing. Only the
 * customers may be an empty list: then no session of any provider can match.
 */
export type SessionFilter = {
  statuses: readonly SessionStatus[] | null;
  /** Any of these. */
  customers: readonly { provider: ProviderName; id: string }[] | null;
  customerEmail: string | null;
  subscriptionId: string | null;
  paymentId: string | null;
  clientReferenceId: string | null;
  hasDisputes: boolean | null;
  createdAt: TimeSpan;
  includeArchived: boolean;
};

export const NO_FILTER: SessionFilter = {
  statuses: null,
  customers: null,
  customerEmail: null,
  subscriptionId: null,
  paymentId: null,
  clientReferenceId: null,
  hasDisputes: null,
  createdAt: { from: null, to: null },
  includeArchived: false,
};

/** Whether a moment lies in the span. A session that does not tell its time lies in none that has an end. */
export function isWithin(span: TimeSpan, time: string | null): boolean {
  if (span.from === null && span.to === null) return true;
  if (time === null) return false;
  const moment = Date.parse(time);
  return (span.from === null || moment >= span.from) && (span.to === null || moment <= span.to);
}

/** The customers of one provider that are asked for; null when any will do. */
export const customersOf = ({ customers }: SessionFilter, provider: ProviderName): string[] | null =>
  customers?.filter((customer) => customer.provider === provider).map(({ id }) => id) ?? null;

/**
 * Whether a session is one that the filter asks for, as far as the session tells. The customer's e-mail is not looked
 * at: a provider that was not asked to expand the customer leaves it out.
 */
export function matchesFilter(session: CheckoutSession, filter: SessionFilter): boolean {
  const { statuses, subscriptionId, paymentId, clientReferenceId, hasDisputes } = filter;
  const customers = customersOf(filter, session.provider);
  return (
    (filter.includeArchived || !session.isArchived) &&
    (statuses === null || statuses.includes(session.status)) &&
    (customers === null || (session.customer?.id != null && customers.includes(session.customer.id))) &&
    (subscriptionId === null || session.subscriptionId === subscriptionId) &&
    (paymentId === null || session.paymentId === paymentId) &&
    (clientReferenceId === null || session.clientReferenceId === clientReferenceId) &&
    (hasDisputes === null || isDisputed(session) === hasDisputes) &&
    isWithin(filter.createdAt, session.createdAt)
  );
}

const isDisputed = ({ details }: CheckoutSession): boolean =>
  details.provider === 'FLEX' && details.disputes.length > 0;
