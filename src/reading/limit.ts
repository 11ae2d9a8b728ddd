import { bulkhead } from 'cockatiel';
import type { ProviderName } from '../checkout/session.ts';

/** Reads of one provider that one request may have in flight; the others wait their turn. */
export const MAX_CALLS_IN_FLIGHT = 16;

/** Runs a read of a provider as soon as the request has a place for it. */
export type LimitCalls = <T>(provider: ProviderName, read: () => Promise<T>) => Promise<T>;

/** One for each request, so that no request takes all of a provider's connections. */
export function createLimit(): LimitCalls {
  const limits = new Map<ProviderName, ReturnType<typeof bulkhead>>();
  return (provider, read) => {
    let limit = limits.get(provider);
    if (!limit) {
      limit = bulkhead(MAX_CALLS_IN_FLIGHT, Number.POSITIVE_INFINITY);
      limits.set(provider, limit);
    }
    return limit.execute(read);
  };
}
