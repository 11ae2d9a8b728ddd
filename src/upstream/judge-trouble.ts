import type { Failure } from './failure.ts';
import type { TransportError, TransportTrouble } from './transport.ts';

/** Only the deadline aborts. What that says about the provider depends on whose deadline it was. */
export const TIMEOUT = {
  ok: false,
  code: 'UPSTREAM_TIMEOUT',
  retryable: true,
  again: false,
  evidence: 'none',
} as const satisfies Failure;

const FAILING = { ok: false, retryable: true, again: true, evidence: 'failing' } as const;

const BY_TROUBLE = {
  unreachable: { ...FAILING, code: 'UPSTREAM_UNAVAILABLE' },
  // A certificate is no better a moment later.
  tls: { ...FAILING, code: 'UPSTREAM_UNAVAILABLE', again: false },
  broken: { ...FAILING, code: 'UPSTREAM_ERROR' },
  garbled: { ...FAILING, code: 'UPSTREAM_BAD_RESPONSE', retryable: false, again: false },
  aborted: TIMEOUT,
} as const satisfies Record<TransportTrouble, Failure>;

/** What it means that there was no answer at all. */
export function judgeTrouble({ trouble, nodeCode }: TransportError): Failure {
  return { ...BY_TROUBLE[trouble], nodeCode };
}
