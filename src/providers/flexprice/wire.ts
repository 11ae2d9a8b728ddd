import { z } from 'zod';
import { json, sessionId, text, webUrl, instant as wireInstant } from '../wire-types.ts';

// The JSON of Flexprice's checkout API. Its contract makes every property optional, and leaves absent ones out.

// Flexprice's server is written in Go, whose unset time is the first moment of year 1.
const GO_ZERO_TIME = '0001-01-01T00:00:00.000Z';
const instant = wireInstant.transform((value) => (value === GO_ZERO_TIME ? null : value));

const paymentAction = z.object({ type: text, url: webUrl }).nullish();

const createSubscriptionParams = z.object({
  plan_id: text,
  currency: text,
  billing_period: text,
  lookup_key: text,
  start_date: instant,
  end_date: instant,
  metadata: json,
});

export const flexpriceSession = z.object({
  id: sessionId,
  action: text,
  cancel_url: webUrl,
  cancelled_at: instant,
  checkout_invoice_id: text,
  checkout_payment_id: text,
  checkout_status: text,
  completed_at: instant,
  configuration: z.object({ create_subscription_params: createSubscriptionParams.nullish() }).nullish(),
  created_at: instant,
  created_by: text,
  customer_id: text,
  environment_id: text,
  expires_at: instant,
  failure_reason: text,
  failure_url: webUrl,
  idempotency_key: text,
  metadata: json,
  payment_action: paymentAction,
  payment_provider: text,
  provider_result: z
    .object({
      expires_at: instant,
      next_action: paymentAction,
      provider_metadata: json,
      provider_payment_intent_id: text,
      provider_session_id: text,
    })
    .nullish(),
  result: z
    .object({
      create_subscription_result: z.object({ invoice_id: text, payment_id: text, subscription_id: text }).nullish(),
    })
    .nullish(),
  status: text,
  success_url: webUrl,
  tenant_id: text,
  updated_at: instant,
  updated_by: text,
});

/** What of a session is looked at in an event, which holds a part of it. */
export const flexpriceEventSession = flexpriceSession.pick({ id: true, checkout_status: true, cancelled_at: true });

export type FlexpriceSession = z.infer<typeof flexpriceSession>;
