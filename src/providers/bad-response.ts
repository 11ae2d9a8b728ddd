import { GatewayError } from '../checkout/errors.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';

type FailureOptions = {
  /** Whether it was the answer to a change that can have been made all the same. @default false */
  mayHaveHappened?: boolean;
};

/** An answer that is not what the provider documents, so that nothing can be said about the session. */
export const badResponse = (provider: ProviderName, expected: string, options: FailureOptions = {}): GatewayError =>
  new GatewayError('UPSTREAM_BAD_RESPONSE', `${displayName(provider)} answered something else than ${expected}.`, {
    provider,
    ...options,
  });

/** Refusals for the moment or for who asks: no provider keeps them under a key. 409 may be about another request. */
const NOT_KEPT: ReadonlySet<number> = new Set([401, 403, 408, 409, 425, 429]);

/** A refusal that this request should not have met, and that its caller cannot mend: a 400 to a read, say. */
export const rejected = (provider: ProviderName, status: number, options: FailureOptions = {}): GatewayError =>
  new GatewayError('UPSTREAM_ERROR', `${displayName(provider)} refused the request with status ${status}.`, {
    provider,
    // A key under which it may have been done must not be given up for another.
    wasRefused: !options.mayHaveHappened && status >= 400 && status < 500 && !NOT_KEPT.has(status),
    ...options,
  });

/**
 * Holds an answer against the question: somebody else's session, out of a confused cache on the way, must not be shown.
 * @throws GatewayError UPSTREAM_BAD_RESPONSE
 */
export function checkAnswered(
  provider: ProviderName,
  asked: string,
  answered: string,
  options: FailureOptions = {},
): void {
  if (asked.toLowerCase() !== answered.toLowerCase())
    throw badResponse(provider, 'the checkout session it was asked for', options);
}
