/** What the contract says of live changes. */
export const LIVE: readonly string[] = [
  'CheckoutSessionChange.at: DateTime!',
  'CheckoutSessionChange.checkoutSession: CheckoutSession!',
  'CheckoutSessionChange.previousStatus: CheckoutSessionStatus',
  'CheckoutSessionChange.trigger: CheckoutChangeTrigger!',
  'Subscription.checkoutSessionChanged(ids: [ID!], filter: CheckoutSessionFilter): CheckoutSessionChange!',
  'enum CheckoutChangeTrigger { WEBHOOK MUTATION POLL }',
  'type CheckoutSessionChange',
  'type Subscription',
];
