import type { UserError } from '../src/checkout/change.ts';
import type { SessionKey } from '../src/checkout/global-id.ts';
import { instantNow } from '../src/checkout/time.ts';
import type { Operation } from '../src/ledger/operations.ts';
import type { CheckoutOperationResolvers } from './generated/types.ts';
import { expansionOf } from './selection.ts';

export const CheckoutOperation: CheckoutOperationResolvers = {
  idempotencyKey: ({ scope }) => scope.idempotencyKey,
  startedAt: ({ startedAt }) => instantNow(() => startedAt),
  finishedAt: ({ finishedAt }) => (finishedAt === null ? null : instantNow(() => finishedAt)),
  checkoutSession: (operation, _, { reading }, info) => {
    const key = sessionOf(operation);
    return key && reading.session(key, expansionOf(info));
  },
  // What is being tried anew may succeed yet.
  userErrors: ({ state, result }) => (state === 'FAILED' ? (resultIn(result).userErrors ?? []) : []),
};

/** The session that was made or changed; null when none was, or none is known. */
function sessionOf({ state, provider, result }: Operation): SessionKey | null {
  if (state !== 'SUCCEEDED') return null;
  const { providerId } = resultIn(result);
  return providerId == null ? null : { provider, providerId };
}

const resultIn = (result: string | null): { providerId?: string | null; userErrors?: UserError[] } =>
  result === null ? {} : JSON.parse(result);
