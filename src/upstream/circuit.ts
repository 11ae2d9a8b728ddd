import {
  type CircuitBreakerPolicy,
  CircuitState,
  circuitBreaker,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';
import type { ProviderHealth } from '../checkout/provider.ts';
import type { ProviderName } from '../checkout/session.ts';
import type { Log } from '../telemetry/log.ts';
import type { Failure } from './failure.ts';
import type { Outcome } from './outcome.ts';
import type { UpstreamPolicy } from './policy.ts';
import { ShareBreaker } from './share-breaker.ts';
import { SlidingWindow } from './sliding-window.ts';

/** Share of failed calls from which on a provider is called DEGRADED, and how many calls it takes to say so. */
const DEGRADED_SHARE = 0.1;
const DEGRADED_MINIMUM_CALLS = 5;

type CircuitOptions = { provider: ProviderName; policy: UpstreamPolicy; log: Log; now: () => number };

/** Stops asking a provider that does not answer, and finds out with single calls when it does again. */
export class Circuit {
  readonly #window: SlidingWindow;
  readonly #breaker: CircuitBreakerPolicy;
  readonly #probeAfterMs: number;
  readonly #now: () => number;
  #openedAt = 0;

  constructor({ provider, policy, log, now }: CircuitOptions) {
    this.#window = new SlidingWindow(policy.breakerWindowMs, now);
    this.#probeAfterMs = policy.breakerProbeAfterMs;
    this.#now = now;
    const isFailure = (outcome: unknown) => this.#isFailure(outcome as Outcome);
    // What is thrown is a bug of ours; in a probe it must not pass for a provider that is well.
    const counted = handleWhenResult(isFailure).orWhen(() => this.#breaker.state === CircuitState.HalfOpen);
    this.#breaker = circuitBreaker(counted, {
      breaker: new ShareBreaker(this.#window, policy),
      halfOpenAfter: policy.breakerProbeAfterMs,
    });
    this.#breaker.onBreak(() => {
      this.#openedAt = now();
      // Calls that were on their way when it opened still come in; they alone must not decide about the next time.
      this.#window.clear();
      log.warn(
        { provider, probeAfterMs: policy.breakerProbeAfterMs },
        'provider keeps failing: calls to it are stopped',
      );
    });
    this.#breaker.onHalfOpen(() => log.info({ provider }, 'one call to the provider goes out as a probe'));
    this.#breaker.onReset(() => log.info({ provider }, 'provider answers again: calls to it go on'));
  }

  /** Makes the call, or answers that none is made now. */
  async run(work: () => Promise<Outcome>): Promise<Outcome> {
    const refusal = this.refusal();
    if (refusal) return refusal;
    try {
      return await this.#breaker.execute(async () => this.#recorded(await work()));
    } catch (error) {
      if (isBrokenCircuitError(error)) return refusalOf(this.#probeAfterMs);
      throw error;
    }
  }

  /** Why no call is made now; undefined when one may be. While a probe is out, nobody waits for how it ends. */
  refusal(): Failure | undefined {
    switch (this.#breaker.state) {
      case CircuitState.HalfOpen:
        return refusalOf(undefined);
      case CircuitState.Open: {
        const untilProbeMs = this.#untilProbeMs();
        return untilProbeMs > 0 ? refusalOf(untilProbeMs) : undefined;
      }
      default:
        return undefined;
    }
  }

  /**
   * DOWN while no calls are made; DEGRADED while it depends on a probe, and when a tenth of at least five recent calls
   * failed; else UP.
   */
  health(): ProviderHealth {
    switch (this.#breaker.state) {
      case CircuitState.HalfOpen:
        return 'DEGRADED';
      case CircuitState.Open:
        // Without traffic the probe can be long due; DOWN for ever would keep the traffic away.
        return this.#untilProbeMs() > 0 ? 'DOWN' : 'DEGRADED';
      default: {
        const { total, failed } = this.#window;
        return total >= DEGRADED_MINIMUM_CALLS && failed >= total * DEGRADED_SHARE ? 'DEGRADED' : 'UP';
      }
    }
  }

  #untilProbeMs(): number {
    return this.#openedAt + this.#probeAfterMs - this.#now();
  }

  #recorded(outcome: Outcome): Outcome {
    if (outcome.ok || outcome.evidence === 'alive') this.#window.add(false);
    else if (outcome.evidence === 'failing') this.#window.add(true);
    return outcome;
  }

  /** A probe that says nothing has not shown that the provider is back. */
  #isFailure(outcome: Outcome): boolean {
    if (outcome.ok || outcome.evidence === 'alive') return false;
    return outcome.evidence === 'failing' || this.#breaker.state === CircuitState.HalfOpen;
  }
}

const refusalOf = (retryAfterMs: number | undefined): Failure => ({
  ok: false,
  code: 'UPSTREAM_UNAVAILABLE',
  retryable: true,
  again: false,
  evidence: 'none',
  retryAfterMs,
  refused: true,
});
