/**
 * What the input calls the properties of a body: a name, or a name and what is inside of it. `AS_GIVEN` is JSON in
 * Flex's own form, whose names are the same here and there.
 */
export type InputNames = Readonly<Record<string, InputName>>;

type InputName = string | readonly [name: string, inside: InputNames | 'AS_GIVEN'];

/** Of a path that is told: it is kept with its operation, and what stands in JSON is called as the caller likes. */
const MOST_STEPS = 8;
const NAME = /^\w{1,32}$/;

/**
 * Where in the input stands what Flex calls by a path of its body, as far as it can be told.
 * @param path below `checkout_session`, positions in lists included
 */
export function inputPath(path: readonly (string | number)[], names: InputNames): string[] {
  const found: string[] = [];
  let inside: InputNames | 'AS_GIVEN' | undefined = names;
  for (const part of path.slice(0, MOST_STEPS).map(String)) {
    if (inside === undefined) break;
    if (found.length > 0 && /^\d{1,6}$/.test(part)) {
      found.push(part);
    } else if (inside === 'AS_GIVEN') {
      if (!NAME.test(part)) break;
      found.push(part);
    } else {
      const known: InputName | undefined = Object.hasOwn(inside, part) ? inside[part] : undefined;
      if (known === undefined) break;
      found.push(typeof known === 'string' ? known : known[0]);
      inside = typeof known === 'string' ? undefined : known[1];
    }
  }
  return found;
}

export const CREATE_NAMES: InputNames = {
  line_items: ['lineItems', { price: 'price', price_data: ['priceData', 'AS_GIVEN'], quantity: 'quantity' }],
  mode: 'mode',
  success_url: 'successUrl',
  cancel_url: 'cancelUrl',
  client_reference_id: 'clientReferenceId',
  customer: 'customerId',
  defaults: [
    'defaults',
    { email: 'email', first_name: 'firstName', last_name: 'lastName', phone: 'phone', customer_id: 'customerId' },
  ],
  allow_promotion_codes: 'allowPromotionCodes',
  capture_method: 'captureMethod',
  payment_method: 'paymentMethod',
  setup_future_use: 'setupFutureUse',
  subscription_data: ['subscriptionData', 'AS_GIVEN'],
  shipping_options: ['shippingOptions', 'AS_GIVEN'],
  shipping_address_collection: 'shippingAddressCollection',
  discounts: ['discounts', 'AS_GIVEN'],
  fees: ['fees', 'AS_GIVEN'],
  tax_rate: ['taxRate', 'AS_GIVEN'],
  expires_at: 'expiresAt',
  // A list of entries there, an object here: which one it is cannot be told by its place.
  metadata: 'metadata',
};

export const CAPTURE_NAMES: InputNames = { amount: 'amountMinorUnits', line_items: ['lineItems', 'AS_GIVEN'] };

export const REFUND_NAMES: InputNames = {
  amount: 'amountMinorUnits',
  line_items: ['lineItems', { price: 'price', product: 'product', amount_to_refund: 'amountMinorUnits' }],
  amount_tax: 'taxMinorUnits',
  amount_shipping: 'shippingMinorUnits',
  amount_discount: 'discountMinorUnits',
  refund_metadata: 'metadata',
};

export const CONFIRM_NAMES: InputNames = { payment_method: 'paymentMethod' };
