import { hash } from 'node:crypto';
import type { CheckoutSession } from '../checkout/session.ts';

/**
 * What a session says, as a text of 22 characters: the same for two reads between which nothing changed, however much was
 * expanded. What is minted for each read (links), noted at each (times), and derived from the rest does not count.
 */
export function contentOf(session: CheckoutSession): string {
  const { details, customer, ...rest } = session;
  const content = {
    ...rest,
    ...{ fetchedAt: null, updatedAt: null, availableActions: null },
    checkoutUrl: session.checkoutUrl !== null,
    customer: customer?.id ?? null,
    details: { ...details, ...fixed(details) },
  };
  return hash('sha256', JSON.stringify(content), 'base64url').slice(0, 22);
}

/** What of a provider's own details does not count. */
function fixed(details: CheckoutSession['details']): Record<string, unknown> {
  if (details.provider === 'FLEX') return { paymentIntent: details.paymentIntent?.id ?? null };
  if (details.provider === 'FLEXPRICE') return { paymentAction: details.paymentAction?.type ?? null, updatedBy: null };
  return {};
}
