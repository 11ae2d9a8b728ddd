import { badUserInput } from '../src/checkout/errors.ts';
import { checkProviderId, parseGlobalId } from '../src/checkout/global-id.ts';
import { coverageOf } from '../src/checkout/list.ts';
import type { Expansion, Provider } from '../src/checkout/provider.ts';
import type { CheckoutSession } from '../src/checkout/session.ts';
import { listSessions } from '../src/listing/connection.ts';
import { readFilter } from '../src/listing/read-filter.ts';
import { listedProviders } from '../src/listing/sources.ts';
import type { GatewayContext } from './context.ts';
import type { QueryResolvers } from './generated/types.ts';
import { expansionOf } from './selection.ts';

// What Shopify's API takes, so that clients' batching does not have to be told anew.
const MAX_NODES = 250;

export const Query: QueryResolvers = {
  node: (_, { id }, context, info) => sessionById(id, context, expansionOf(info)),
  nodes: (_, { ids }, context, info) => {
    context.idsAsked += ids.length;
    if (context.idsAsked > MAX_NODES) {
      throw badUserInput(`Expected at most ${MAX_NODES} ids in one request, got ${context.idsAsked}.`);
    }
    const expansion = expansionOf(info);
    // Each place fails for itself: one bad id must not cost the others.
    // (The generated type knows no promise of null inside a list; graphql-js does.)
    return ids.map((id) => sessionById(id, context, expansion) as Promise<CheckoutSession>);
  },
  checkoutSession: (_, { id }, context, info) => sessionById(id, context, expansionOf(info)),
  checkoutSessionByProviderId: (_, { provider, providerId }, context, info) =>
    context.reading.session({ provider, providerId: checkProviderId(providerId) }, expansionOf(info)),
  async checkoutSessions(_, { filter: filterInput, ...page }, context, info) {
    const { filter, providers, fingerprint } = readFilter(filterInput, context.now(), context.who);
    const expansion = expansionOf(info, ['edges', 'node'], ['nodes']);
    const asked = [...context.providers.values()].filter(({ name }) => providers?.has(name) ?? true);
    const { reading, index, log, call } = context;
    const list = await listSessions(
      listedProviders(asked, { filter, reading, index, expansion, log, isBound: context.who.customers !== null }),
      fingerprint,
      page,
    );
    log.debug({ requestId: call.requestId, calls: Object.fromEntries(reading.calls) }, 'a list was read');
    return list;
  },
  operation: (_, { idempotencyKey }, { changes, caller, call }) => changes.operation(caller, idempotencyKey, call),
  providers: (_, _args, context) => [...context.allProviders.values()].map((provider) => describe(provider, context)),
};

/** Rejects with BAD_USER_INPUT for an id that the gateway cannot have made. */
const sessionById = async (
  id: string,
  context: GatewayContext,
  expansion: Expansion,
): Promise<CheckoutSession | null> => context.reading.session(parseGlobalId(id), expansion);

/** `CREATE` is done by `createCheckoutSession`. */
const fieldOf = (kind: string): string => `${kind.toLowerCase()}CheckoutSession`;

function describe(provider: Provider, { providers, health }: GatewayContext) {
  const enabled = providers.has(provider.name);
  return {
    provider: provider.name,
    enabled,
    health: enabled ? health(provider.name) : ('DOWN' as const),
    operations: ['checkoutSession', 'checkoutSessions', ...Object.keys(provider.changes ?? {}).map(fieldOf)],
    listCoverage: coverageOf(provider.listing),
  };
}
