import { z } from 'zod';
import { flag, instant, integer, json, list, minorUnits, sessionId, text, webUrl } from '../wire-types.ts';

// The JSON of Flex's checkout API. Amounts are whole US cents.

/** An id, or the object that it stands for when the provider expanded it. */
const reference = <Shape extends z.ZodRawShape>(shape: Shape) => z.union([z.string(), z.object(shape)]).nullish();

const customer = reference({ customer_id: text, first_name: text, last_name: text, email: text, phone: text });

const paymentIntent = reference({
  payment_intent_id: text,
  amount: minorUnits,
  amount_capturable: minorUnits,
  amount_received: minorUnits,
  created_at: instant,
  status: text,
});

export const flexSession = z.object({
  checkout_session_id: sessionId,
  allow_promotion_codes: flag,
  amount_disputed: minorUnits,
  amount_received: minorUnits,
  amount_refunded: minorUnits,
  amount_subtotal: minorUnits,
  amount_total: minorUnits,
  cancel_url: webUrl,
  capture_method: text,
  captures: list(
    z.object({ id: text, capture_id: text, amount: minorUnits, amount_captured: minorUnits, created_at: instant }),
  ).nullish(),
  client_reference_id: text,
  created_at: instant,
  custom_text: json,
  customer,
  defaults: json,
  disputes: list(
    z.object({ id: text, dispute_id: text, amount: minorUnits, status: text, created_at: instant }),
  ).nullish(),
  expires_at: instant,
  fees: json,
  hsa_fsa_eligible: flag,
  invoice: reference({ invoice_id: text }),
  letter_of_medical_necessity_required: flag,
  metadata: json,
  mode: text,
  origin: text,
  payment_intent: paymentIntent,
  payment_intents: list(z.union([z.string(), z.object({ payment_intent_id: z.string() })])).nullish(),
  payment_method_options: json,
  platform_fees: json,
  redirect_url: webUrl,
  refunds: list(
    z.object({ id: text, refund_id: text, amount: minorUnits, status: text, created_at: instant }),
  ).nullish(),
  setup_intent: reference({ setup_intent_id: text }),
  shipping_address_collection: flag,
  shipping_details: json,
  shipping_options: json,
  // The reference gives it no type: a word, or a yes or no.
  split_cart: z.union([z.string(), z.boolean().transform(String)]).nullish(),
  status: text,
  subscription: reference({ subscription_id: text }),
  subscription_data: json,
  success_url: webUrl,
  tax_calculation_mode: text,
  tax_rate: json,
  test_mode: flag,
  total_details: json,
  url: webUrl,
  visit_type: text,
});

/** The reference says little about a line item: every spelling that has been seen is read. */
export const flexLineItem = z.object({
  id: text,
  line_item_id: text,
  description: text,
  name: text,
  quantity: integer,
  eligibility: text,
  hsa_fsa_eligibility: text,
  price: reference({
    price_id: text,
    description: text,
    hsa_fsa_eligibility: text,
    product: reference({ product_id: text, name: text, hsa_fsa_eligibility: text }),
  }),
  price_id: text,
  product: reference({ product_id: text, name: text, hsa_fsa_eligibility: text }),
  product_id: text,
  amount_discount: minorUnits,
  amount_shipping: minorUnits,
  amount_subtotal: minorUnits,
  amount_tax: minorUnits,
  amount_total: minorUnits,
});

/** `{checkout_session}`: of get and of all that change a session. */
export const flexSessionEnvelope = z.object({ checkout_session: z.unknown() });

// A page has 100 sessions at most.
const MAX_PAGE = 250;

/** `{checkout_sessions}`: of the list. */
export const flexListEnvelope = z.object({ checkout_sessions: list(z.unknown(), MAX_PAGE) });

/** `{line_items}`. */
export const flexLineItemsEnvelope = z.object({ line_items: list(z.unknown()) });

export type FlexSession = z.infer<typeof flexSession>;
export type FlexWireLineItem = z.infer<typeof flexLineItem>;
