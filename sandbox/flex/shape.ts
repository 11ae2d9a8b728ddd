import { patched } from '../records.ts';
import type { World } from '../world.ts';
import {
  type Customer,
  type FlexSession,
  type LineItem,
  type Movement,
  refundedOf,
  subtotalOf,
  sum,
  totalOf,
} from './store.ts';

export type Expansion = { customer: boolean; paymentIntent: boolean };

export const NOTHING_EXPANDED: Expansion = { customer: false, paymentIntent: false };

type Json = Record<string, unknown>;

const CHECKOUT = 'https://checkout.withflex.example';

/** `created_at` and `expires_at`: Unix seconds, unless the sandbox was told otherwise. */
export function flexTime(ms: number, world: World): number | string {
  switch (world.switches.flexTime) {
    case 'milliseconds':
      return ms;
    case 'iso':
      return new Date(ms).toISOString();
    default:
      return Math.floor(ms / 1000);
  }
}

/** Times inside captures, refunds and disputes are ISO strings, whatever those of the session are. */
export function movementJson(kind: string, { id, amount, atMs, status, ...more }: Movement): Json {
  return { [`${kind}_id`]: id, amount, status, created_at: new Date(atMs).toISOString(), ...more };
}

export function lineItemJson(item: LineItem): Json {
  return {
    line_item_id: item.id,
    price: item.price,
    product: item.product,
    name: item.name,
    unit_amount: item.unitAmount,
    quantity: item.quantity,
    amount_total: item.unitAmount * item.quantity,
    hsa_fsa_eligibility: item.eligibility,
    ...(item.recurring === undefined ? {} : { recurring: item.recurring }),
  };
}

function customerJson(customer: Customer, session: FlexSession, world: World): Json {
  return {
    customer_id: customer.id,
    first_name: customer.firstName,
    last_name: customer.lastName,
    email: customer.email,
    phone: customer.phone,
    employer: customer.employer,
    shipping: session.given.shipping_details ?? null,
    created_at: flexTime(world.clock.startMs - 90 * 86_400_000, world),
    test_mode: true,
  };
}

export function intentJson(session: FlexSession): Json | undefined {
  const { intent } = session;
  if (intent === null) return undefined;
  return {
    payment_intent_id: intent.id,
    amount: totalOf(session),
    amount_capturable: session.capturable,
    amount_received: session.received,
    capture_method: session.captureMethod,
    status: intent.status,
    customer: session.customer?.id ?? null,
    payment_method: session.paymentMethod,
    last_payment_error: intent.lastError === undefined ? null : { code: 'card_declined', message: intent.lastError },
    test_mode: true,
  };
}

function references(session: FlexSession, world: World, expand: Expansion): Json {
  const { customer, intent } = session;
  return {
    customer: customer === null ? undefined : expand.customer ? customerJson(customer, session, world) : customer.id,
    payment_intent: intent === null ? undefined : expand.paymentIntent ? intentJson(session) : intent.id,
    payment_intents: intent === null ? [] : [intent.id],
    subscription: session.subscription ?? undefined,
    invoice: session.invoice,
    setup_intent: session.setupIntent,
  };
}

function amounts(session: FlexSession): Json {
  return {
    amount_total: totalOf(session),
    amount_subtotal: subtotalOf(session),
    amount_received: session.received,
    amount_refunded: refundedOf(session),
    amount_disputed: sum(session.disputes),
    total_details: {
      amount_discount: session.discount,
      amount_shipping: session.shipping,
      amount_tax: session.tax,
    },
    captures: session.captures.map((one) => movementJson('capture', one)),
    refunds: session.refunds.map((one) => movementJson('refund', one)),
    disputes: session.disputes.map((one) => movementJson('dispute', one)),
  };
}

/** What a session answers when nothing else was given. */
const DEFAULTS: Json = {
  allow_promotion_codes: false,
  cancel_url: null,
  client_reference_id: null,
  custom_text: {},
  defaults: {},
  fees: [],
  metadata: {},
  origin: 'api',
  payment_method_options: {},
  platform_fees: {},
  shipping_address_collection: false,
  shipping_details: null,
  shipping_options: null,
  subscription_data: null,
  success_url: null,
  tax_calculation_mode: 'exclusive',
  tax_rate: null,
  visit_type: null,
};

/** A session without its envelope. */
export function flexJson(session: FlexSession, world: World, expand: Expansion = NOTHING_EXPANDED): Json {
  const json = {
    checkout_session_id: session.id,
    status: session.status,
    mode: session.mode,
    capture_method: session.captureMethod,
    ...DEFAULTS,
    ...session.given,
    ...amounts(session),
    ...references(session, world, expand),
    hsa_fsa_eligible: session.lineItems.some((item) => item.eligibility !== 'not_eligible'),
    letter_of_medical_necessity_required: session.letterRequired,
    split_cart: session.splitCart,
    redirect_url: `${CHECKOUT}/c/pay/${session.id}`,
    url: `${CHECKOUT}/c/pay/${session.id}`,
    test_mode: true,
    created_at: flexTime(session.createdMs, world),
    expires_at: flexTime(session.expiresMs, world),
  };
  return patched(json, session.patch);
}
