import type { Failure } from './failure.ts';
import type { UpstreamPolicy } from './policy.ts';
import type { RetryBudget } from './retry-budget.ts';

type Situation = {
  /** Attempts made so far. */
  attempt: number;
  /** Milliseconds left until the deadline. */
  remainingMs: number;
  policy: UpstreamPolicy;
  budget: RetryBudget;
  /** 0 to 1. */
  random: () => number;
};

/**
 * Milliseconds to wait before a read is tried again, or undefined when it shall not be. A wait that the provider asked
 * for is never cut short: it fits the deadline, or there is no retry.
 */
export function retryDelay(failure: Failure, situation: Situation): number | undefined {
  const { attempt, remainingMs, policy, budget, random } = situation;
  if (!failure.again || attempt >= policy.attempts) return undefined;
  // Full jitter: many callers that failed together must not come back together.
  const jitterMs = random() * Math.min(policy.backoffCapMs, policy.backoffMs * 2 ** (attempt - 1));
  const delayMs = Math.max(failure.retryAfterMs ?? 0, jitterMs);
  // The budget comes last: what is not going to be tried must not be paid for.
  return delayMs < remainingMs && budget.take() ? delayMs : undefined;
}
