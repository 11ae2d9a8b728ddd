import { bulkhead } from 'cockatiel';
import type { ProviderName } from '../checkout/session.ts';

/** Calls that one request may have in flight to one provider; the others wait their turn. */
export const MAX_CALLS_IN_FLIGHT = 16;

/** Runs a call to a provider as soon as the request has a place for it. */
export type LimitCalls = <T>(provider: ProviderName, call: () => Promise<T>) => Promise<T>;

/** One for each request, so that no request takes all of a provider's connections. It also counts the calls. */
export function createLimit(): { limit: LimitCalls; calls: ReadonlyMap<ProviderName, number> } {
  const limits = new Map<ProviderName, ReturnType<typeof bulkhead>>();
  const calls = new Map<ProviderName, number>();
  return {
    calls,
    limit(provider, call) {
      let limit = limits.get(provider);
      if (!limit) {
        limit = bulkhead(MAX_CALLS_IN_FLIGHT, Number.POSITIVE_INFINITY);
        limits.set(provider, limit);
      }
      calls.set(provider, (calls.get(provider) ?? 0) + 1);
      return limit.execute(call);
    },
  };
}
