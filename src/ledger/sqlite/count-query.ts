import { customersOf, type SessionFilter } from '../../checkout/filter.ts';
import type { ProviderName } from '../../checkout/provider-name.ts';
import { SESSION_STATUSES } from '../candidates.ts';
import type { Query } from './page-query.ts';
import { rangeOfSpan } from './span.ts';

/** The query that counts what matches a filter, read off an index as far as one holds all that is asked for. */
export function countQuery(account: number, provider: ProviderName, filter: SessionFilter): Query {
  const { subscriptionId, paymentId, statuses, includeArchived } = filter;
  const { low, high } = rangeOfSpan(filter.createdAt);
  const customers = customersOf(filter, provider);
  const conditions = [
    'account = :account AND missing_until IS NULL AND status IN (SELECT value FROM json_each(:statuses))',
    'is_archived IN (0, :archived) AND created_at >= :low AND created_at < :high',
    ...(subscriptionId === null ? [] : ['subscription_id = :subscription']),
    ...(paymentId === null ? [] : ['payment_id = :payment']),
    ...(customers ? ['customer_id IN (SELECT value FROM json_each(:customers))'] : []),
  ];
  return {
    sql: `SELECT count(*) AS value FROM session INDEXED BY ${indexFor(filter)} WHERE ${conditions.join(' AND ')}`,
    parameters: {
      account,
      statuses: JSON.stringify(statuses ?? SESSION_STATUSES),
      archived: includeArchived ? 1 : 0,
      low: low.time,
      high: high.time,
      ...(subscriptionId !== null && { subscription: subscriptionId }),
      ...(paymentId !== null && { payment: paymentId }),
      ...(customers && { customers: JSON.stringify(customers) }),
    },
  };
}

/** The one with the fewest sessions for a value: a subscription or payment has one or two. */
function indexFor({ subscriptionId, paymentId, customers }: SessionFilter): string {
  if (paymentId !== null) return 'session_by_payment';
  if (subscriptionId !== null) return 'session_by_subscription';
  return customers ? 'session_by_customer' : 'session_by_status';
}
