import { badUserInput } from '../src/checkout/errors.ts';
import type { SessionFilter } from '../src/checkout/filter.ts';
import { parseGlobalId } from '../src/checkout/global-id.ts';
import type { ProviderName } from '../src/checkout/provider-name.ts';
import { instantNow } from '../src/checkout/time.ts';
import { readFilter } from '../src/listing/read-filter.ts';
import type { CheckoutSessionChangeResolvers, SubscriptionResolvers } from './generated/types.ts';
import { expansionOf } from './selection.ts';

const MAX_IDS = 100;

export const Subscription: SubscriptionResolvers = {
  checkoutSessionChanged: {
    subscribe(_, { ids, filter: filterInput }, context, info) {
      if (ids && (ids.length === 0 || ids.length > MAX_IDS)) {
        throw badUserInput(`Expected 1 to ${MAX_IDS} ids, or none at all, got ${ids.length}.`);
      }
      const sessions = ids ? [...new Set(ids)].map(parseGlobalId) : null;
      const { filter, providers } = readFilter(filterInput, context.now(), context.who);
      const expansion = expansionOf(info, ['checkoutSession']);
      return context.live.changes(
        { sessions, filter, providers: ofCustomers(filter, providers), expansion },
        context.fork,
      );
    },
  },
};

/** Where only some customers' sessions match, what happens at providers that keep none of these is not even read. */
const ofCustomers = (
  { customers }: SessionFilter,
  providers: ReadonlySet<ProviderName> | null,
): ReadonlySet<ProviderName> | null => {
  const named = customers?.map(({ provider }) => provider).filter((provider) => providers?.has(provider) ?? true);
  return named ? new Set(named) : providers;
};

export const CheckoutSessionChange: CheckoutSessionChangeResolvers = {
  checkoutSession: ({ session }) => session,
  at: ({ at }) => instantNow(() => at),
};
