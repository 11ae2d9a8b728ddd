import type { ProviderName } from './provider-name.ts';
import type { CheckoutSession } from './session.ts';

/** What a caller may do: read, and change. One does not include the other. */
export const SCOPES = ['checkout:read', 'checkout:write'] as const;
export type Scope = (typeof SCOPES)[number];

/** Who asks. */
export type Caller = {
  /** The same for each request of the same caller; idempotency keys and rate limits are kept by it. Never a secret. */
  name: string;
  scopes: ReadonlySet<Scope>;
  /** Null: the sessions of all customers. Else only those of these exist for the caller. */
  customers: readonly { provider: ProviderName; id: string }[] | null;
};

/** The only one there is where callers are not told apart. */
export const ANYONE: Caller = { name: 'anyone', scopes: new Set(SCOPES), customers: null };

/** Whether a session exists for a caller. */
export const maySee = ({ customers }: Caller, { provider, customer }: CheckoutSession): boolean =>
  customers === null || customers.some((own) => own.provider === provider && own.id === customer?.id);
