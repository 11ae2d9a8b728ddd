import type { Answer, Call } from '../api.ts';
import { customerOfId, customerOfPerson } from './customer.ts';
import { invalid } from './errors.ts';
import { keyOf } from './idempotency.ts';
import { BODIES, type CreateBody, readBody } from './input.ts';
import { plan } from './life.ts';
import { flexJson } from './shape.ts';
import { type Customer, type FlexSession, type FlexStore, type LineItem, subtotalOf } from './store.ts';

function lineItems(store: FlexStore, input: CreateBody): LineItem[] {
  return input.line_items.map((item, index) => {
    const id = store.mint('fli');
    if (item.price_data !== undefined) {
      const { product, unit_amount, recurring } = item.price_data;
      const productId = typeof product === 'string' ? product : store.mint('fprod');
      const named = (product as { name?: unknown } | null)?.name;
      const name = typeof named === 'string' ? named : 'Goods';
      const price = store.mint('fprice');
      const eligibility = 'auto_eligible' as const;
      return {
        id,
        price,
        product: productId,
        name,
        unitAmount: unit_amount,
        eligibility,
        quantity: item.quantity,
        recurring,
      };
    }
    const price = store.catalogue.find(item.price ?? '');
    if (price === undefined) {
      const loc = ['body', 'checkout_session', 'line_items', index, 'price'];
      throw invalid([{ loc, msg: `Price not found: ${item.price}`, type: 'price_not_found' }]);
    }
    return { ...price, id, quantity: item.quantity };
  });
}

/** People that nobody knows are taken to exist. */
function customerOf(store: FlexStore, input: CreateBody): Customer | null {
  const id = input.customer ?? input.defaults?.customer_id ?? null;
  if (id === null) return null;
  const person = store.world.people.find(id);
  const { first_name, last_name, email, phone } = input.defaults ?? {};
  if (person !== undefined) return { ...customerOfPerson(person), id };
  return customerOfId(id, {
    firstName: first_name ?? null,
    lastName: last_name ?? null,
    email: email ?? null,
    phone: phone ?? null,
  });
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);

/** Flex does not document how it reckons; this is plain: a percentage of the subtotal, or the amount that is named. */
function priceUp(session: FlexSession, input: CreateBody): void {
  const subtotal = subtotalOf(session);
  const rate = input.tax_rate ?? {};
  session.tax = Math.round(number(rate.amount) + (subtotal * number(rate.percentage)) / 100);
  const options = Array.isArray(input.shipping_options) ? input.shipping_options[0] : input.shipping_options;
  session.shipping = Math.round(number(options?.shipping_amount) + number(options?.amount));
  session.fees = (input.fees ?? []).reduce((total, fee) => total + number(fee.amount), 0);
  for (const discount of input.discounts ?? []) {
    const off = 'amount_off' in discount ? number(discount.amount_off) : Math.round(subtotal / 10);
    session.discount = Math.min(subtotal, session.discount + off);
  }
}

function expiry(store: FlexStore, input: CreateBody, fallback: number): number {
  if (input.expires_at === undefined || input.expires_at === null) return fallback;
  if (input.expires_at * 1000 > store.world.clock.now()) return input.expires_at * 1000;
  const loc = ['body', 'checkout_session', 'expires_at'];
  throw invalid([{ loc, msg: 'expires_at must be in the future, in Unix seconds', type: 'value_error' }]);
}

const REPEATED = [
  ...[
    'success_url',
    'cancel_url',
    'client_reference_id',
    'defaults',
    'allow_promotion_codes',
    'metadata',
    'fees',
    'tax_rate',
  ],
  ...['setup_future_use', 'subscription_data', 'shipping_options', 'shipping_address_collection', 'discounts'],
] as const;

/** `{CHECKOUT_SESSION_ID}` in success_url is repeated as it is: Flex fills it in when it sends the customer there. */
function givenOf(input: CreateBody): Record<string, unknown> {
  const entries = REPEATED.map((name) => [name, input[name]] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null));
}

export function create(store: FlexStore, call: Call): Answer {
  const { input, ignored } = readBody(BODIES.create, call.body());
  if (input.mode === 'off_session' && (input.payment_method ?? null) === null) {
    const loc = ['body', 'checkout_session', 'payment_method'];
    throw invalid([{ loc, msg: 'Field required for mode off_session', type: 'missing' }]);
  }
  const items = lineItems(store, input);
  const blank = store.blank();
  const session: FlexSession = {
    ...blank,
    expiresMs: expiry(store, input, blank.expiresMs),
    mode: input.mode,
    captureMethod: input.capture_method,
    lineItems: items,
    letterRequired: items.some((item) => item.eligibility === 'letter_of_medical_necessity'),
    customer: customerOf(store, input),
    email: input.defaults?.email ?? null,
    paymentMethod: input.payment_method ?? null,
    intent: input.mode === 'setup' ? null : { id: store.mint('fpi'), status: 'requires_payment_method' },
    given: givenOf(input),
  };
  priceUp(session, input);
  store.add(session);
  plan(store, session, store.world.switches.customers);
  const effect = { operation: 'create', id: session.id, key: keyOf(call.request) };
  return { status: 200, body: { checkout_session: flexJson(session, store.world) }, effect, ignored };
}
