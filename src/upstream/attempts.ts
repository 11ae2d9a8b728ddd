import {
  type BulkheadPolicy,
  bulkhead,
  DelegateBackoff,
  handleWhenResult,
  type IRetryBackoffContext,
  isTaskCancelledError,
  type RetryPolicy,
  retry,
} from 'cockatiel';
import type { Circuit } from './circuit.ts';
import { TIMEOUT } from './judge-trouble.ts';
import type { Outcome } from './outcome.ts';
import type { UpstreamPolicy } from './policy.ts';
import { RetryBudget } from './retry-budget.ts';
import { retryDelay } from './retry-delay.ts';
import type { Sending } from './sending.ts';

type AttemptsOptions = {
  policy: UpstreamPolicy;
  circuit: Circuit;
  /** One exchange with the provider; ends soon after the signal fires. */
  exchange: (sending: Sending, signal: AbortSignal) => Promise<Outcome>;
  /** Told of every attempt that came to an end by itself. */
  observe: (sending: Sending, outcome: Outcome) => void;
  random: () => number;
  now: () => number;
};

/** The way from a request to its exchanges with the provider: retry, then a free place, then the circuit. */
export class Attempts {
  readonly #options: AttemptsOptions;
  readonly #budget: RetryBudget;
  readonly #places: BulkheadPolicy;
  readonly #retry: RetryPolicy;

  constructor(options: AttemptsOptions) {
    const { policy } = options;
    this.#options = options;
    this.#budget = new RetryBudget(policy.retryBudgetRatio, policy.retryBudgetReserve);
    // Who waits for a place is bounded by the deadline, not by number.
    this.#places = bulkhead(policy.maxInFlight, Number.POSITIVE_INFINITY);
    // Whether and when there is another attempt is decided where the attempt is known; cockatiel does the waiting. Its
    // timer need not keep the process alive: the deadline's does.
    this.#retry = retry(
      handleWhenResult((outcome) => againInMs(outcome) !== undefined),
      { maxAttempts: policy.attempts - 1, backoff: new DelegateBackoff(delayOf) },
    ).dangerouslyUnref();
  }

  /** Never sends anything once the signal has fired. */
  make(sending: Sending, signal: AbortSignal): Promise<Outcome> {
    if (sending.kind === 'change') return this.#once(sending, signal);
    this.#budget.deposit();
    return this.#retry.execute(async ({ attempt }) => {
      sending.begin(attempt + 1);
      return this.#withRetry(await this.#once(sending, signal), sending);
    }, signal);
  }

  #withRetry(outcome: Outcome, sending: Sending): Outcome {
    if (outcome.ok) return outcome;
    const { policy, random, now } = this.#options;
    const remainingMs = sending.deadline - now();
    const delayMs = retryDelay(outcome, {
      attempt: sending.attempt,
      remainingMs,
      policy,
      budget: this.#budget,
      random,
    });
    return delayMs === undefined ? outcome : { ...outcome, againInMs: delayMs };
  }

  async #once(sending: Sending, signal: AbortSignal): Promise<Outcome> {
    const { circuit, exchange, observe } = this.#options;
    // Asked here too: while changes that hang and the probe hold every place, nobody shall queue only to be refused.
    const refusal = circuit.refusal();
    try {
      const send = () => exchange(sending, signal);
      const outcome = refusal ?? (await this.#places.execute(() => circuit.run(send), signal));
      observe(sending, outcome);
      return outcome;
    } catch (error) {
      // The deadline passed in the queue; the caller knows already.
      if (isTaskCancelledError(error)) return TIMEOUT;
      throw error;
    }
  }
}

const againInMs = (value: unknown): number | undefined => {
  const outcome = value as Outcome;
  return outcome.ok ? undefined : outcome.againInMs;
};

const delayOf = ({ result }: IRetryBackoffContext<unknown>): number =>
  ('value' in result && againInMs(result.value)) || 0;
