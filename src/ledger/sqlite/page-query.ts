import type { SQLInputValue } from 'node:sqlite';
import { customersOf, type SessionFilter } from '../../checkout/filter.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import { candidateStatuses, UNSETTLED_STATUSES } from '../candidates.ts';
import type { IndexPageRequest } from '../session-index.ts';
import { rangeOfPage } from './span.ts';

export type Query = { sql: string; parameters: Record<string, SQLInputValue> };

// As the indexes' own conditions have it, or SQLite does not see that they fit.
const UNSETTLED = `status IN (${UNSETTLED_STATUSES.map((status) => `'${status}'`).join(', ')})`;

/** Where sessions of some statuses stand in the list's order: all of them, or those with one value in a column. */
const INDEXES = {
  all: { name: 'session_by_status', conditions: [] },
  customer: { name: 'session_by_customer', conditions: ['customer_id IS :value'] },
  subscription: {
    name: 'session_by_subscription',
    conditions: ['subscription_id IS :value', `(subscription_id IS NOT NULL OR ${UNSETTLED})`],
  },
  payment: {
    name: 'session_by_payment',
    conditions: ['payment_id IS :value', `(payment_id IS NOT NULL OR ${UNSETTLED})`],
  },
} as const satisfies Record<string, { name: string; conditions: string[] }>;

/** What rows that an index gives are asked for besides. */
const CHECKS = {
  amongCustomers: 'customer_id IN (SELECT value FROM json_each(:customers))',
  mayHaveSubscription: `(subscription_id = :subscription OR (subscription_id IS NULL AND ${UNSETTLED}))`,
  hasNoSubscription: 'subscription_id IS NULL',
  hasNoPayment: 'payment_id IS NULL',
} as const satisfies Record<string, string>;

/** Candidates that one index holds in a few ranges; no session is in two branches of a page. */
type Branch = {
  index: keyof typeof INDEXES;
  value?: string | null;
  statuses: readonly SessionStatus[];
  checks: readonly (keyof typeof CHECKS)[];
};

/**
 * The queries that give a page's candidates between them: each the first `limit` of its own. Every one merges ranges of
 * an index that stand in the list's order already, so that it reads what it gives and one row more for each range.
 * Only a customer together with a subscription or payment makes it step over that customer's sessions that have not
 * ended but have one.
 */
export function pageQueries(account: number, request: IndexPageRequest): Query[] {
  const { filter, direction, limit, provider } = request;
  const { low, high } = rangeOfPage(request);
  const customers = customersOf(filter, provider);
  const order = direction === 'older' ? 'DESC' : 'ASC';
  return branchesOf(filter, customers && [...new Set(customers)]).map((branch) => {
    const { statuses, value, checks } = branch;
    const ranges = statuses.flatMap((status) =>
      (filter.includeArchived ? [0, 1] : [0]).map((isArchived) => ({ status, isArchived })),
    );
    return {
      sql: `${ranges.map((_, number) => rangeSql(branch, number)).join(' UNION ALL ')}
        ORDER BY created_at ${order}, provider_id ${order} LIMIT :limit`,
      parameters: {
        ...{ account, limit, lowTime: low.time, lowId: low.id, highTime: high.time, highId: high.id },
        ...(value !== undefined && { value }),
        ...(checks.includes('amongCustomers') && { customers: JSON.stringify(customers) }),
        ...(checks.includes('mayHaveSubscription') && { subscription: filter.subscriptionId }),
        ...Object.fromEntries(ranges.map(({ status }, number) => [`status${number}`, status])),
        ...Object.fromEntries(ranges.map(({ isArchived }, number) => [`archived${number}`, isArchived])),
      },
    };
  });
}

function branchesOf(filter: SessionFilter, customers: readonly string[] | null): Branch[] {
  const { subscriptionId, paymentId } = filter;
  const statuses = candidateStatuses(filter);
  // The payment first: a session that has not ended may have one long since, but hardly a subscription.
  if (paymentId !== null) {
    const checks: Branch['checks'] = subscriptionId === null ? [] : ['mayHaveSubscription'];
    return branchesOfOne('payment', paymentId, { statuses, customers, checks });
  }
  if (subscriptionId !== null)
    return branchesOfOne('subscription', subscriptionId, { statuses, customers, checks: [] });
  if (customers) return customers.map((value) => ({ index: 'customer', value, statuses, checks: [] }));
  return [{ index: 'all', statuses, checks: [] }];
}

type Rest = Pick<Branch, 'statuses' | 'checks'> & { customers: readonly string[] | null };

/** The sessions that have the subscription or payment, and those that may have got it by now. */
function branchesOfOne(
  index: 'subscription' | 'payment',
  value: string,
  { statuses, checks, customers }: Rest,
): Branch[] {
  const unsettled = { statuses: UNSETTLED_STATUSES, checks };
  if (!customers)
    return [
      { index, value, statuses, checks },
      { index, value: null, ...unsettled },
    ];
  const hasNone = index === 'payment' ? 'hasNoPayment' : 'hasNoSubscription';
  return [
    { index, value, statuses, checks: [...checks, 'amongCustomers'] },
    ...customers.map(
      (customer): Branch => ({ index: 'customer', value: customer, ...unsettled, checks: [...checks, hasNone] }),
    ),
  ];
}

function rangeSql({ index, checks }: Branch, number: number): string {
  const { name, conditions } = INDEXES[index];
  const all = [
    `account = :account AND status = :status${number} AND is_archived = :archived${number} AND missing_until IS NULL`,
    '(created_at, provider_id) >= (:lowTime, :lowId) AND (created_at, provider_id) < (:highTime, :highId)',
    ...conditions,
    ...checks.map((check) => CHECKS[check]),
  ];
  return `SELECT provider_id, created_at, status, is_archived, customer_id, subscription_id, payment_id
    FROM session INDEXED BY ${name} WHERE ${all.join(' AND ')}`;
}
