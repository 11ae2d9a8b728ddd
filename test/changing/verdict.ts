import { expect } from 'vitest';
import type { GraphQLAnswer } from '../helpers/gateway.ts';

/** What an answer to a change says of it. GONE: there was none. */
export type Verdict = 'SUCCESS' | 'FAILURE' | 'UNKNOWN' | 'GONE';

/** Codes of errors that say for certain that nothing was done. */
const DEFINITE =
  /^UPSTREAM_(?:RATE_LIMITED|UNAVAILABLE|TIMEOUT|ERROR|BAD_RESPONSE|AUTH_FAILED)$|^INTERNAL_SERVER_ERROR$/;

type Payload = {
  checkoutSession: { providerId: string } | null;
  userErrors: { code: string; field: string[] | null }[];
};

export const payloadOf = ({ data }: GraphQLAnswer): Payload | null => (data?.change as Payload | undefined) ?? null;

/** Reads an answer to a document that has its change as `change`, and holds it against what is promised of every one. */
export function verdictOf(answer: GraphQLAnswer): Verdict {
  const payload = payloadOf(answer);
  // That it was made stands even when the session could not be read afterwards.
  if (payload) return payload.userErrors.length === 0 ? 'SUCCESS' : 'FAILURE';
  const [error, ...others] = answer.errors ?? [];
  expect(others).toEqual([]);
  expect(error?.path).toEqual(['change']);
  const code = String(error?.extensions.code);
  if (DEFINITE.test(code)) return 'FAILURE';
  expect(error?.extensions).toMatchObject({
    code: expect.stringMatching(/^(?:OUTCOME_UNKNOWN|IDEMPOTENCY_IN_PROGRESS)$/),
    retryable: true,
    retryAfterMs: expect.any(Number),
  });
  return 'UNKNOWN';
}
