import { customersOf, type SessionFilter } from '../../checkout/filter.ts';
import type { SessionStatus } from '../../checkout/status.ts';

const NEVER: ReadonlySet<SessionStatus> = new Set(['PROCESSING']);

/**
 * Whether a filter can match a session of Flexprice, which has no list: the gateway's index is looked through.
 * @returns null when none can: it knows no e-mail, reference or dispute
 */
export function planIndex(filter: SessionFilter): 'INDEX' | null {
  const { statuses, customerEmail, clientReferenceId, hasDisputes } = filter;
  const unknown = [customerEmail, clientReferenceId, hasDisputes];
  if (unknown.some((value) => value !== null) || statuses?.every((status) => NEVER.has(status))) return null;
  return customersOf(filter, 'FLEXPRICE')?.length === 0 ? null : 'INDEX';
}
