import { GatewayError } from '../checkout/errors.ts';
import type { Operation, OperationState } from '../ledger/operations.ts';
import { neverMade, type Outcome, type StoredResult } from './outcome.ts';

/** What the ledger is told of an outcome. A result of null leaves what stands there. */
export function storedOf(
  operation: Operation,
  outcome: Outcome,
): [state: Exclude<OperationState, 'IN_PROGRESS'>, result: string | null] {
  const refusals = refusalsOf(operation);
  const stored = (result: StoredResult) => JSON.stringify(result);
  switch (outcome.is) {
    case 'DONE':
      return ['SUCCEEDED', stored({ providerId: outcome.providerId })];
    case 'REFUSED': {
      // That the key is in use tells that the provider has heard it, and may have made what was asked.
      return ['FAILED', stored({ userErrors: outcome.errors, refusals: refusals + (outcome.isKeyInUse ? 0 : 1) })];
    }
    case 'NOT_DONE':
      return [
        'FAILED',
        stored({ error: plain(outcome.error), refusals: refusals + (outcome.error.wasRefused ? 1 : 0) }),
      ];
    case 'UNKNOWN':
      return ['UNKNOWN', null];
  }
}

const plain = ({ code, message, retryable }: GatewayError) => ({ code, message, retryable });

/** How often the provider has refused an operation: it remembers that under the key it was sent. */
export const refusalsOf = ({ result }: Pick<Operation, 'result'>): number => {
  const stored = result === null ? null : (JSON.parse(result) as StoredResult);
  return stored && 'refusals' in stored ? stored.refusals : 0;
};

/** Of an operation that failed: what the request got that made it. */
export function failureIn({ result, provider }: Operation): Exclude<Outcome, { is: 'DONE' | 'UNKNOWN' }> {
  const stored = JSON.parse(result ?? '{}') as StoredResult;
  if ('userErrors' in stored) return { is: 'REFUSED', errors: stored.userErrors };
  const { code, message, retryable } = 'error' in stored ? stored.error : neverMade(provider);
  return { is: 'NOT_DONE', error: new GatewayError(code, message, { provider, retryable }) };
}

/** Of an operation that succeeded. */
export function outcomeIn({ result }: Operation): Outcome & { is: 'DONE' } {
  const { providerId } = JSON.parse(result ?? '{}') as { providerId?: string | null };
  return { is: 'DONE', providerId: providerId ?? null, session: null };
}
