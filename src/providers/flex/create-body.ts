import type { NewFlexSession } from '../../checkout/change.ts';
import type { Instant } from '../../checkout/time.ts';
import { metadataObject } from '../new-session.ts';

/** The session of a create. What is JSON in the input goes out as it came in. */
export const createBody = (session: NewFlexSession): unknown => ({
  line_items: session.lineItems.map(({ price, priceData, quantity }) => ({ price, price_data: priceData, quantity })),
  mode: session.mode,
  success_url: session.successUrl,
  cancel_url: session.cancelUrl,
  client_reference_id: session.clientReferenceId,
  customer: session.customerId,
  defaults: session.defaults && {
    email: session.defaults.email,
    first_name: session.defaults.firstName,
    last_name: session.defaults.lastName,
    phone: session.defaults.phone,
    customer_id: session.defaults.customerId,
  },
  allow_promotion_codes: session.allowPromotionCodes,
  capture_method: session.captureMethod,
  payment_method: session.paymentMethod,
  setup_future_use: session.setupFutureUse,
  subscription_data: session.subscriptionData,
  shipping_options: session.shippingOptions,
  shipping_address_collection: session.shippingAddressCollection,
  discounts: session.discounts,
  fees: session.fees,
  tax_rate: session.taxRate,
  expires_at: session.expiresAt && unixSeconds(session.expiresAt),
  metadata: metadataObject(session.metadata),
});

/** Whole seconds, not later than was asked for. */
const unixSeconds = (instant: Instant): number => Math.floor(Date.parse(instant) / 1000);
