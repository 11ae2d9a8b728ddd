import type { NewFlexpriceSession } from '../../checkout/change.ts';
import { metadataObject } from '../new-session.ts';

/**
 * The body of a create. Other actions than `create_subscription` are known to the server, but refused for checkouts.
 * @param key unique among the sessions that have not ended
 */
export function createBody(session: NewFlexpriceSession, key: string): unknown {
  const { planId, currency, billingPeriod, lookupKey, startDate, endDate, metadata } = session.createSubscription;
  return {
    customer_external_id: session.customerExternalId,
    action: 'create_subscription',
    payment_provider: session.paymentProvider,
    configuration: {
      create_subscription_params: {
        plan_id: planId,
        currency,
        billing_period: billingPeriod,
        lookup_key: lookupKey,
        start_date: startDate,
        end_date: endDate,
        metadata: metadataObject(metadata),
      },
    },
    success_url: session.successUrl,
    failure_url: session.failureUrl,
    cancel_url: session.cancelUrl,
    idempotency_key: key,
    metadata: metadataObject(session.metadata),
  };
}
