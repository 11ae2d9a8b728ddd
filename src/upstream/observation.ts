import type { UpstreamErrorCode } from '../checkout/errors.ts';
import type { ProviderName } from '../checkout/session.ts';

/** How one attempt went, for metrics. */
export type UpstreamObservation = {
  provider: ProviderName;
  method: string;
  /** The path with placeholders: bounded in number, free of ids. */
  route: string;
  /** `rejected` is a 4xx that was passed on to the provider's client. */
  outcome: 'ok' | 'rejected' | UpstreamErrorCode;
  /** 1 for the first. */
  attempt: number;
  /** Waiting for a place included. */
  seconds: number;
};
