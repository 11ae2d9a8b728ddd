import { GatewayError, type UpstreamErrorCode } from '../checkout/errors.ts';
import { displayName, type ProviderName } from '../checkout/provider-name.ts';
import type { Sending } from './sending.ts';

/** What a call says about how the provider is: it works, it does not, or nothing either way. */
export type Evidence = 'alive' | 'failing' | 'none';

/** Why a call has no answer. A value rather than an exception: policies look at it, only the caller gets it thrown. */
export type Failure = {
  ok: false;
  code: UpstreamErrorCode;
  /** Whether the caller may try the same later. */
  retryable: boolean;
  /** Whether a read is worth another attempt right now. */
  again: boolean;
  evidence: Evidence;
  /** Milliseconds, as the provider asked, or until the breaker lets a call through. */
  retryAfterMs?: number | undefined;
  /** Milliseconds until the next attempt, once it is settled that there is one. */
  againInMs?: number;
  /** The breaker let nothing through. */
  refused?: true;
  /** Of the answer, when there was one. */
  status?: number | undefined;
  /** For the log: Node's bare code, such as ECONNREFUSED. */
  nodeCode?: string | undefined;
};

const SENTENCES = {
  UPSTREAM_RATE_LIMITED: (name) => `${name} gets more requests than it allows.`,
  UPSTREAM_UNAVAILABLE: (name) => `${name} cannot be reached at the moment.`,
  UPSTREAM_TIMEOUT: (name) => `${name} did not answer in time.`,
  UPSTREAM_ERROR: (name) => `${name} failed to answer.`,
  UPSTREAM_BAD_RESPONSE: (name) => `${name} gave an answer that cannot be read.`,
  UPSTREAM_AUTH_FAILED: (name) => `${name} did not accept the credentials of this gateway.`,
} as const satisfies Record<UpstreamErrorCode, (name: string) => string>;

/**
 * The error that the caller gets: the gateway's own sentence, and nothing of what the provider or a library said.
 * @param sending the request that has no answer
 */
export function gatewayErrorOf(provider: ProviderName, failure: Failure, sending: Sending): GatewayError {
  const { code, retryable, retryAfterMs } = failure;
  return new GatewayError(code, SENTENCES[code](displayName(provider)), {
    provider,
    retryable,
    mayHaveHappened: sending.kind === 'change' && sending.canHaveLeft && !isRefusal(failure),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}

/**
 * A 4xx says that nothing was done, whatever is wrong with its body. All but 408: a provider that found a request too
 * slow in coming may have begun with it.
 */
const isRefusal = ({ status }: Failure): boolean =>
  status !== undefined && status >= 400 && status < 500 && status !== 408;
