import type { ProviderName } from '../src/checkout/provider-name.ts';
import { isExpired } from '../src/checkout/session.ts';
import type {
  CheckoutSessionConnectionResolvers,
  CheckoutSessionDetailsResolvers,
  CheckoutSessionResolvers,
  NodeResolvers,
} from './generated/types.ts';

export const CheckoutSession: CheckoutSessionResolvers = {
  isExpired: (session, _, { now }) => isExpired(session, now()),
};

export const Node: NodeResolvers = { __resolveType: () => 'CheckoutSession' };

const DETAILS = {
  FLEXPRICE: 'FlexpriceCheckoutDetails',
  METEROID: 'MeteroidCheckoutDetails',
  FLEX: 'FlexCheckoutDetails',
} as const satisfies Record<ProviderName, string>;

export const CheckoutSessionDetails: CheckoutSessionDetailsResolvers = {
  __resolveType: ({ provider }) => DETAILS[provider],
};

export const CheckoutSessionConnection: CheckoutSessionConnectionResolvers = {
  nodes: ({ edges }) => edges.map(({ node }) => node),
  totalCount: ({ countAll }) => countAll(),
};
