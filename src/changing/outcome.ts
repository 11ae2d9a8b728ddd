import type { UserError } from '../checkout/change.ts';
import { GatewayError } from '../checkout/errors.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import type { CheckoutSession } from '../checkout/session.ts';

/** What became of a change, as far as is known. */
export type Outcome =
  /** It was made. The id is null when the provider says so without telling of which session. */
  | {
      is: 'DONE';
      providerId: string | null;
      session: CheckoutSession | null;
      /** It was found by looking, so it may come from another change. */
      isFound?: true;
    }
  /** It was not made, for a reason that the caller can mend. */
  | { is: 'REFUSED'; errors: UserError[] /** For its key alone. */; isKeyInUse?: true }
  /** It was not made. */
  | { is: 'NOT_DONE'; error: GatewayError }
  | { is: 'UNKNOWN' };

/** What stands in the ledger as the result of an operation that is finished. */
export type StoredResult =
  | { providerId: string | null }
  /** With how often the provider has refused it by now. */
  | { userErrors: UserError[]; refusals: number }
  | { error: Pick<GatewayError, 'code' | 'message' | 'retryable'>; refusals: number };

/** Milliseconds after which asking again makes sense. */
const ASK_AGAIN_MS = 3000;

/**
 * Nobody knows whether a change was made.
 * @param hasKey whether there is an idempotency key under which it can be asked again
 */
export const outcomeUnknown = (provider: ProviderName, hasKey: boolean): GatewayError =>
  new GatewayError(
    'OUTCOME_UNKNOWN',
    `${displayName(provider)} did not say whether the change was made. ${
      hasKey
        ? 'Send it again with the same idempotencyKey to find out; a new key could do it twice.'
        : 'Read the session to find out.'
    }`,
    { provider, retryable: true, retryAfterMs: ASK_AGAIN_MS, ...(hasKey && { safeWithNewKey: false }) },
  );

/** It was to be written down before it is sent; whether it was, and is sent later, nobody knows. */
export const maybeBegun = (provider: ProviderName): GatewayError =>
  new GatewayError(
    'OUTCOME_UNKNOWN',
    "The gateway's ledger did not say whether the change was begun. Send it again with the same idempotencyKey to find out; " +
      'a new key could do it twice.',
    { provider, retryable: true, retryAfterMs: ASK_AGAIN_MS, safeWithNewKey: false },
  );

/** An operation cannot be shown. */
export const ledgerAway = (): GatewayError =>
  new GatewayError('INTERNAL_SERVER_ERROR', 'The gateway cannot use its own ledger at the moment.', {
    retryable: true,
    retryAfterMs: 1000,
  });

/** The ledger cannot be used, so that nothing may be sent. Whether an earlier request with the key was, it cannot tell. */
export const notBegun = (): GatewayError =>
  new GatewayError(
    'INTERNAL_SERVER_ERROR',
    'The gateway cannot use its own ledger at the moment; this request sent nothing to the provider.',
    { retryable: true, retryAfterMs: 1000, safeWithNewKey: false },
  );

export const inProgress = (provider: ProviderName): GatewayError =>
  new GatewayError(
    'IDEMPOTENCY_IN_PROGRESS',
    'A change with this idempotencyKey is still being made. Send it again with the same key to get its result.',
    { provider, retryable: true, retryAfterMs: 1000, safeWithNewKey: false },
  );

/** Found out only later: the provider shows no trace of it. */
export const neverMade = (provider: ProviderName): GatewayError =>
  new GatewayError('UPSTREAM_ERROR', `${displayName(provider)} has not made the change.`, {
    provider,
    retryable: true,
  });

export const refused = (
  code: UserError['code'],
  message: string,
  field: string[] | null,
): Outcome & { is: 'REFUSED' } => ({
  is: 'REFUSED',
  errors: [{ code, message, field }],
});
