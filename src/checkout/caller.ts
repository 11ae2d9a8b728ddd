import { hash } from 'node:crypto';
import type { ProviderName } from './provider-name.ts';
import type { CheckoutSession } from './session.ts';

/** What a caller may do: read, and change. One does not include the other. */
export const SCOPES = ['checkout:read', 'checkout:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** A customer that a caller is bound to. */
export type BoundCustomer = {
  provider: ProviderName;
  /** The provider's. It alone decides what is seen. */
  id: string;
  /** The merchant's, by which Flexprice's new sessions name their customer. */
  externalId?: string;
};

/** Who asks. */
export type Caller = {
  /**
   * The same for each request of the same caller; idempotency keys and rate limits are kept by it. Never a secret. `anyone`,
   * or begins with how the caller was told: `key:` or `jwt:`.
   */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Null: the sessions of all customers. Else only those of these exist for the caller. */
  customers: readonly BoundCustomer[] | null;
};

/** The only one there is where callers are not told apart. */
export const ANYONE: Caller = { name: 'anyone', scopes: new Set(SCOPES), customers: null };

/** Whether a session exists for a caller. */
export const maySee = ({ customers }: Caller, { provider, customer }: CheckoutSession): boolean =>
  customers === null || customers.some((own) => own.provider === provider && own.id === customer?.id);

/**
 * Stands for what a bound caller sees, in whichever order and however often its customers are named: 22 characters. Null
 * for one that is not bound.
 */
export function bindingOf({ customers }: Pick<Caller, 'customers'>): string | null {
  if (customers === null) return null;
  const names = new Set(customers.map(({ provider, id }) => JSON.stringify([provider, id])));
  return hash('sha256', [...names].sort().join('\n'), 'base64url').slice(0, 22);
}

/**
 * Whose changes a caller's idempotency keys tell apart. Of one name there may be several who see different sessions: none
 * of them gets the result of another. With a binding it is a JSON array, as which no name begins.
 */
export function ownerOf(caller: Caller): string {
  const binding = bindingOf(caller);
  return binding === null ? caller.name : JSON.stringify([caller.name, binding]);
}
