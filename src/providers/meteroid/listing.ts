import { customersOf, type SessionFilter } from '../../checkout/filter.ts';
import type { WholeList } from '../../checkout/list.ts';
import type { CallContext } from '../../checkout/provider.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import type { SessionStatus } from '../../checkout/status.ts';
import type { MeteroidListQuery } from './client.ts';
import { isCustomerId } from './customer-id.ts';

export type ReadMeteroidList = (query: MeteroidListQuery, call: CallContext) => Promise<CheckoutSession[]>;

const NEVER: ReadonlySet<SessionStatus> = new Set(['FAILED']);

/**
 * What to read of Meteroid for a filter. One list for all filters can be shared, so only a customer narrows it: there
 * it is the difference between an account and a handful.
 * @returns null when no session of Meteroid can match: it knows no e-mail, payment, reference or dispute
 */
export function planList(filter: SessionFilter, read: ReadMeteroidList): WholeList | null {
  const { statuses, customerEmail, paymentId, clientReferenceId, hasDisputes } = filter;
  const unknown = [customerEmail, paymentId, clientReferenceId, hasDisputes];
  if (unknown.some((value) => value !== null) || statuses?.every((status) => NEVER.has(status))) return null;
  const customers = customersOf(filter, 'METEROID');
  if (customers?.length === 0) return null;
  const [customer] = customers?.length === 1 ? customers : [];
  // It refuses what is no id of its own; a customer by another name has no sessions under it.
  if (customer === undefined || !isCustomerId(customer)) return { key: '', readAll: (call) => read({}, call) };
  return { key: customer, readAll: (call) => read({ customer_id: customer }, call) };
}
