/** What a list can hold that makes it dearer to read than most are. */
export type Oddity = {
  /** A number in the metadata of one session, whose digits have to be looked up in the text. */
  numberInMetadata?: boolean;
  /** A value in one session that cannot be what its property says. */
  wrongValue?: boolean;
};

/** 2026-11-01T12:00:00Z in Unix seconds. */
const NEWEST = 1_793_534_400;
/** Seconds from one session to the next. */
export const SPACING = 427;

/** When the session at a place of the list was created, in Unix seconds. */
export const flexCreatedAt = (index: number): number => NEWEST - index * SPACING;
const STATUSES = ['open', 'complete', 'complete', 'paid', 'expired', 'complete', 'canceled', 'complete'];
const MODES = ['payment', 'payment', 'subscription', 'payment', 'setup'];

/** Flex's ids: a prefix and a ULID. The number is all that tells two of them apart. */
export const id = (prefix: string, index: number): string =>
  `${prefix}_01KB2M4X9Q7TZ5WJ3RC8${String(index).padStart(6, '0')}`;

/** The number in an id. */
export const indexOf = (id: string): number => Number(id.slice(-6));

const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

/** The body of Flex's list, newest session first: every documented property in each, always the same text. */
export function flexListBody(count: number, oddity: Oddity = {}): string {
  const sessions = Array.from({ length: count }, (_, index) => flexSessionBody(index));
  const middle = sessions[Math.floor(count / 2)];
  if (middle && oddity.numberInMetadata) middle.metadata = { order_id: 1042, channel: 'web' };
  if (middle && oddity.wrongValue) middle.amount_total = 'a lot';
  return JSON.stringify({ checkout_sessions: sessions });
}

/** The session at a place of the list, 0 for the newest. One of a kind, and long because the session is. */
export function flexSessionBody(
  index: number,
  status = STATUSES[index % STATUSES.length] ?? 'open',
): Record<string, unknown> {
  const createdAt = flexCreatedAt(index);
  const mode = MODES[index % MODES.length] ?? 'payment';
  const subtotal = 4_500 + ((index * 1_237) % 40_000);
  const tax = Math.round(subtotal * 0.0825);
  const total = subtotal + tax + 599;
  const isPaid = status === 'complete' || status === 'paid';
  const refunded = status === 'complete' && index % 10 === 1 ? 1_500 : 0;
  const disputed = index === 7 ? total : 0;
  const url = `https://checkout.withflex.com/c/pay/${id('fcs', index)}`;
  return {
    allow_promotion_codes: index % 2 === 0,
    amount_disputed: disputed,
    amount_received: isPaid ? total : 0,
    amount_refunded: refunded,
    amount_subtotal: subtotal,
    amount_total: total,
    cancel_url: 'https://shop.example.com/cart?from=checkout',
    capture_method: index % 4 === 0 ? 'manual' : 'automatic',
    captures: isPaid ? [{ capture_id: id('fcap', index), amount: total, created_at: iso(createdAt + 95) }] : [],
    checkout_session_id: id('fcs', index),
    client_reference_id: `order-${10_000 + index}`,
    created_at: createdAt,
    custom_text: { submit: { message: 'We ship within two working days.' } },
    customer: index % 5 === 0 ? expandedCustomer(index, createdAt) : id('fcus', index),
    defaults: { email: `customer${index}@example.com`, first_name: 'Ada', last_name: 'Lovelace' },
    disputes:
      disputed > 0
        ? [
            {
              dispute_id: id('fdp', index),
              amount: total,
              status: 'needs_response',
              created_at: iso(createdAt + 9_000),
            },
          ]
        : [],
    expires_at: createdAt + 86_400,
    fees: index % 6 === 0 ? [{ name: 'Handling', amount: 250 }] : [],
    hsa_fsa_eligible: true,
    invoice: mode === 'subscription' ? id('finv', index) : null,
    letter_of_medical_necessity_required: status === 'paid',
    metadata: { cart: `cart-${index}`, channel: 'web', campaign: 'autumn', shop: 'north', note: 'leave at the door' },
    mode,
    origin: index % 3 === 0 ? 'shopify' : 'api',
    payment_intent: index % 5 === 0 ? expandedPaymentIntent(index, total, isPaid, createdAt) : id('fpi', index),
    payment_intents: [id('fpi', index)],
    payment_method_options: { card: { request_three_d_secure: 'automatic' } },
    platform_fees: {},
    redirect_url: url,
    refunds:
      refunded > 0
        ? [{ refund_id: id('fre', index), amount: refunded, status: 'succeeded', created_at: iso(createdAt + 4_000) }]
        : [],
    setup_intent: mode === 'setup' ? id('fsi', index) : null,
    shipping_address_collection: true,
    shipping_details: { name: 'Ada Lovelace', address: { line1: '12 Example Street', city: 'Austin', state: 'TX' } },
    shipping_options: { shipping_rate_id: id('fsr', index), amount: 599 },
    split_cart: null,
    status,
    subscription: mode === 'subscription' ? id('fsub', index) : null,
    subscription_data: mode === 'subscription' ? { trial_period_days: 14 } : null,
    success_url: 'https://shop.example.com/thanks?session={CHECKOUT_SESSION_ID}',
    tax_calculation_mode: 'exclusive',
    tax_rate: { tax_rate_id: id('ftxr', index), amount: tax },
    test_mode: true,
    total_details: { amount_discount: 0, amount_shipping: 599, amount_tax: tax },
    url,
    visit_type: null,
  };
}

const expandedCustomer = (index: number, createdAt: number): Record<string, unknown> => ({
  customer_id: id('fcus', index),
  first_name: 'Ada',
  last_name: 'Lovelace',
  email: `customer${index}@example.com`,
  phone: '+15125550142',
  employer: 'Example Inc.',
  shipping: { name: 'Ada Lovelace', address: { line1: '12 Example Street', city: 'Austin', state: 'TX' } },
  created_at: createdAt - 7_776_000,
  test_mode: true,
});

const expandedPaymentIntent = (
  index: number,
  total: number,
  isPaid: boolean,
  createdAt: number,
): Record<string, unknown> => ({
  payment_intent_id: id('fpi', index),
  amount: total,
  amount_capturable: 0,
  amount_received: isPaid ? total : 0,
  capture_method: 'automatic',
  created_at: createdAt,
  status: isPaid ? 'succeeded' : 'requires_payment_method',
  test_mode: true,
});
