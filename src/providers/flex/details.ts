import type { FlexDetails, FlexLineItem, FlexPaymentIntent } from '../../checkout/session.ts';
import { usd } from './money.ts';
import { referencedId } from './reference.ts';
import type { FlexSession, FlexWireLineItem } from './wire.ts';

/** What only Flex tells of a session. */
export function toDetails(wire: FlexSession): FlexDetails {
  return {
    provider: 'FLEX',
    providerId: wire.checkout_session_id,
    allowPromotionCodes: wire.allow_promotion_codes ?? null,
    captureMethod: wire.capture_method ?? null,
    captures: (wire.captures ?? []).map((capture) => ({
      id: capture.capture_id ?? capture.id ?? null,
      amount: usd(capture.amount_captured ?? capture.amount),
      createdAt: capture.created_at ?? null,
    })),
    customText: wire.custom_text ?? null,
    defaults: wire.defaults ?? null,
    disputes: (wire.disputes ?? []).map((dispute) => ({
      id: dispute.dispute_id ?? dispute.id ?? null,
      amount: usd(dispute.amount),
      status: dispute.status ?? null,
      createdAt: dispute.created_at ?? null,
    })),
    fees: wire.fees ?? null,
    hsaFsaEligible: wire.hsa_fsa_eligible ?? null,
    invoiceId: referencedId(wire.invoice, 'invoice_id'),
    letterOfMedicalNecessityRequired: wire.letter_of_medical_necessity_required ?? null,
    origin: wire.origin ?? null,
    paymentIntent: toPaymentIntent(wire.payment_intent),
    paymentIntentIds: (wire.payment_intents ?? []).map((intent) =>
      typeof intent === 'string' ? intent : intent.payment_intent_id,
    ),
    paymentMethodOptions: wire.payment_method_options ?? null,
    platformFees: wire.platform_fees ?? null,
    refunds: (wire.refunds ?? []).map((refund) => ({
      id: refund.refund_id ?? refund.id ?? null,
      amount: usd(refund.amount),
      status: refund.status ?? null,
      createdAt: refund.created_at ?? null,
    })),
    setupIntentId: referencedId(wire.setup_intent, 'setup_intent_id'),
    shippingAddressCollection: wire.shipping_address_collection ?? null,
    shippingDetails: wire.shipping_details ?? null,
    shippingOptions: wire.shipping_options ?? null,
    splitCart: wire.split_cart ?? null,
    subscriptionData: wire.subscription_data ?? null,
    taxCalculationMode: wire.tax_calculation_mode ?? null,
    taxRate: wire.tax_rate ?? null,
    totalDetails: wire.total_details ?? null,
    visitType: wire.visit_type ?? null,
  };
}

function toPaymentIntent(wire: FlexSession['payment_intent']): FlexPaymentIntent | null {
  const id = referencedId(wire, 'payment_intent_id');
  if (id === null) return null;
  const intent = typeof wire === 'object' ? wire : null;
  return {
    id,
    status: intent?.status ?? null,
    amount: usd(intent?.amount),
    amountReceived: usd(intent?.amount_received),
    amountCapturable: usd(intent?.amount_capturable),
    createdAt: intent?.created_at ?? null,
  };
}

/** Something bought: what the item itself does not tell is taken from its price or product when these are expanded. */
export function toLineItem(wire: FlexWireLineItem): FlexLineItem {
  const price = typeof wire.price === 'object' ? wire.price : null;
  const productReference = wire.product ?? price?.product;
  const product = typeof productReference === 'object' ? productReference : null;
  return {
    id: wire.line_item_id ?? wire.id ?? null,
    description: wire.description ?? wire.name ?? price?.description ?? product?.name ?? null,
    quantity: wire.quantity ?? null,
    eligibility:
      wire.eligibility ??
      wire.hsa_fsa_eligibility ??
      price?.hsa_fsa_eligibility ??
      product?.hsa_fsa_eligibility ??
      null,
    priceId: referencedId(wire.price, 'price_id') ?? wire.price_id ?? null,
    productId: referencedId(productReference, 'product_id') ?? wire.product_id ?? null,
    total: usd(wire.amount_total),
    subtotal: usd(wire.amount_subtotal),
    tax: usd(wire.amount_tax),
    discount: usd(wire.amount_discount),
    shipping: usd(wire.amount_shipping),
  };
}
