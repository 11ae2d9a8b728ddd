import { CircuitState, type IBreaker } from 'cockatiel';
import type { UpstreamPolicy } from './policy.ts';
import type { SlidingWindow } from './sliding-window.ts';

/**
 * When the circuit opens: at a share of failures among enough recent calls. cockatiel's SamplingBreaker is not used
 * because it opens only above its threshold, takes its minimum as a rate, and drops one old bucket for each call, so
 * that failures from before a quiet time still count after it.
 *
 * The calls are put into the window by who makes them: cockatiel knows success and failure, but no call that says
 * nothing.
 */
export class ShareBreaker implements IBreaker {
  /** What cockatiel would save and restore; there is nothing to. */
  state: unknown;
  readonly #window: SlidingWindow;
  readonly #policy: UpstreamPolicy;

  constructor(window: SlidingWindow, policy: UpstreamPolicy) {
    this.#window = window;
    this.#policy = policy;
  }

  success(state: CircuitState): void {
    // The probe went well: what was before the circuit opened is over.
    if (state === CircuitState.HalfOpen) this.#window.clear();
  }

  failure(state: CircuitState): boolean {
    if (state !== CircuitState.Closed) return true;
    const { total, failed } = this.#window;
    return total >= this.#policy.breakerMinimumCalls && failed >= total * this.#policy.breakerThreshold;
  }
}
