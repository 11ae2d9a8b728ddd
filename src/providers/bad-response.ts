import { GatewayError } from '../checkout/errors.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';

/** An answer that is not what the provider documents, so that nothing can be said about the session. */
export const badResponse = (provider: ProviderName, expected: string): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', `${displayName(provider)} answered something else than ${expected}.`, {
    provider,
  });

/** A refusal that this request should not have met: a 400 to a read, say. */
export const rejected = (provider: ProviderName, status: number): GatewayError =>
  new GatewayError('UPSTREAM_ERROR', `${displayName(provider)} refused the request with status ${status}.`, {
    provider,
  });

/**
 * Holds an answer against the question: somebody else's session, out of a confused cache on the way, must not be shown.
 * @throws GatewayError UPSTREAM_BAD_RESPONSE
 */
export function checkAnswered(provider: ProviderName, asked: string, answered: string): void {
  if (asked.toLowerCase() !== answered.toLowerCase())
    throw badResponse(provider, 'the checkout session it was asked for');
}
