import { badUserInput } from '../src/checkout/errors.ts';
import { parseGlobalId } from '../src/checkout/global-id.ts';
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
      const { filter, providers } = readFilter(filterInput, context.now());
      const expansion = expansionOf(info, ['checkoutSession']);
      return context.live.changes({ sessions, filter, providers, expansion }, context.fork);
    },
  },
};

export const CheckoutSessionChange: CheckoutSessionChangeResolvers = {
  checkoutSession: ({ session }) => session,
  at: ({ at }) => instantNow(() => at),
};
