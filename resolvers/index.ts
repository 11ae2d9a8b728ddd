import { CheckoutSession, CheckoutSessionConnection, CheckoutSessionDetails, Node } from './checkout-session.ts';
import { FlexCheckoutDetails, MeteroidPaymentMethods } from './details.ts';
import type { Resolvers } from './generated/types.ts';
import { CheckoutSessionPayload, DeleteCheckoutSessionPayload, Mutation } from './mutation.ts';
import { CheckoutOperation } from './operation.ts';
import { Query } from './query.ts';
import { scalars } from './scalars.ts';
import { CheckoutSessionChange, Subscription } from './subscription.ts';

/** Every resolver of the schema. A field that is not here is the property of the same name. */
export const resolvers: Resolvers = {
  ...scalars,
  Query,
  Mutation,
  Subscription,
  Node,
  CheckoutSession,
  CheckoutSessionConnection,
  CheckoutSessionDetails,
  CheckoutOperation,
  CheckoutSessionChange,
  CheckoutSessionPayload,
  DeleteCheckoutSessionPayload,
  FlexCheckoutDetails,
  MeteroidPaymentMethods,
};
