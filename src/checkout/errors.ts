import type { ProviderName } from './session.ts';

/** `extensions.code` of a top-level error. What each one means stands in docs/errors.md. */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'INTERNAL_SERVER_ERROR'
  | 'UPSTREAM_RATE_LIMITED'
  | 'UPSTREAM_UNAVAILABLE'
  | 'UPSTREAM_TIMEOUT'
  | 'UPSTREAM_ERROR'
  | 'UPSTREAM_BAD_RESPONSE'
  | 'UPSTREAM_AUTH_FAILED'
  | 'OUTCOME_UNKNOWN'
  | 'IDEMPOTENCY_IN_PROGRESS'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'RATE_LIMITED'
  | 'OVERLOADED'
  | 'QUERY_TOO_COMPLEX';

export type UpstreamErrorCode = Extract<ErrorCode, `UPSTREAM_${string}`>;

type ErrorOptions = {
  /** The provider that the error is about. */
  provider?: ProviderName;
  /** Whether the same request may succeed later. */
  retryable?: boolean;
  /** Milliseconds after which trying again makes sense, when that is known. */
  retryAfterMs?: number;
  /** Whether the change that failed can have been made all the same. @default false */
  mayHaveHappened?: boolean;
  /** Whether the provider refused it with an answer that it may repeat to the same key. @default false */
  wasRefused?: boolean;
  /** Whether trying again with another idempotency key is safe; left out where no key is involved. */
  safeWithNewKey?: boolean;
};

/**
 * The only error that callers ever see: its message is the gateway's own sentence. It carries no `cause` on purpose:
 * the errors of HTTP libraries hold request headers and URLs, and whatever hangs on an error gets logged some day.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly provider: ProviderName | undefined;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  /** Whether the change that failed can have been made all the same. For the gateway only. */
  readonly mayHaveHappened: boolean;
  /**
   * Whether the provider answered completely and refused, in a way that it may remember under the key it was asked with.
   * For the gateway only.
   */
  readonly wasRefused: boolean;
  /** Read by graphql-js when it wraps this error into the one of the answer. */
  readonly extensions: Record<string, unknown>;

  constructor(code: ErrorCode, message: string, options: ErrorOptions = {}) {
    super(message);
    this.code = code;
    this.provider = options.provider;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.mayHaveHappened = options.mayHaveHappened ?? false;
    this.wasRefused = options.wasRefused ?? false;
    this.extensions = {
      code,
      ...(options.provider && { provider: options.provider }),
      retryable: this.retryable,
      ...(options.safeWithNewKey !== undefined && { safeWithNewKey: options.safeWithNewKey }),
      ...(options.retryAfterMs !== undefined && { retryAfterMs: options.retryAfterMs }),
    };
  }
}

/** The caller's mistake. The message tells what was expected and what came. */
export const badUserInput = (message: string): GatewayError => new GatewayError('BAD_USER_INPUT', message);
