import { GatewayError } from '../checkout/errors.ts';
import type { CheckoutSession } from '../checkout/session.ts';

/** A provider that fails must not end what is about others too. */
export function unlessItFailed(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  throw error;
}

export const sessionOf = (found: CheckoutSession | GatewayError | null | undefined): CheckoutSession | null =>
  found instanceof GatewayError ? null : (found ?? null);
