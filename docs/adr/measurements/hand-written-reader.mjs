// What the reader of one object would look like without a library; for comparison only.
import { parseMinorUnits } from '../../../src/checkout/money.ts';
import { parseInstant } from '../../../src/checkout/time.ts';
import { isWebUrl } from '../../../src/checkout/url.ts';

/** The conversions that every way of reading has to make. */
export const convert = {
  m: parseMinorUnits,
  i: parseInstant,
  u: (value) => (typeof value === 'string' && isWebUrl(value) ? value : null),
};

/** A value of a type; a wrong one is reported and left out. */
const typed = (type) => (holder, key, report) => {
  const value = holder[key];
  if (value === undefined || value === null || typeof value === type) return value;
  report(key);
  return undefined;
};
const converted = (read) => (holder, key, report) => {
  const value = holder[key];
  if (value === undefined || value === null || value === '') return null;
  const result = read(value);
  if (result === null) report(key);
  return result;
};
const text = typed('string');
const flag = typed('boolean');
const money = converted(convert.m);
const moment = converted(convert.i);
const address = converted(convert.u);

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (readItem) => (holder, key, report) => {
  const value = holder[key];
  if (value === undefined || value === null) return value;
  if (Array.isArray(value))
    return value.filter((item) => isObject(item) || report(key)).map((item) => readItem(item, report));
  report(key);
  return undefined;
};
const reference = (readObject) => (holder, key, report) => {
  const value = holder[key];
  if (value === undefined || value === null || typeof value === 'string') return value;
  if (isObject(value)) return readObject(value, report);
  report(key);
  return undefined;
};

const captures = list((item, report) => ({
  capture_id: text(item, 'capture_id', report),
  amount: money(item, 'amount', report),
  amount_captured: money(item, 'amount_captured', report),
  created_at: moment(item, 'created_at', report),
}));
const movements = (id) =>
  list((item, report) => ({
    [id]: text(item, id, report),
    amount: money(item, 'amount', report),
    status: text(item, 'status', report),
    created_at: moment(item, 'created_at', report),
  }));
const disputes = movements('dispute_id');
const refunds = movements('refund_id');
const customer = reference((object, report) => ({
  customer_id: text(object, 'customer_id', report),
  first_name: text(object, 'first_name', report),
  last_name: text(object, 'last_name', report),
  email: text(object, 'email', report),
  phone: text(object, 'phone', report),
}));
const paymentIntent = reference((object, report) => ({
  payment_intent_id: text(object, 'payment_intent_id', report),
  amount: money(object, 'amount', report),
  amount_capturable: money(object, 'amount_capturable', report),
  amount_received: money(object, 'amount_received', report),
  created_at: moment(object, 'created_at', report),
  status: text(object, 'status', report),
}));
const named = (id) => reference((object, report) => ({ [id]: text(object, id, report) }));
const invoice = named('invoice_id');
const setupIntent = named('setup_intent_id');
const subscription = named('subscription_id');

function intentIds(holder, key, report) {
  const value = holder[key];
  if (!Array.isArray(value)) return value === undefined || value === null ? value : report(key);
  return value.filter(
    (item) => typeof item === 'string' || (isObject(item) && text(item, 'payment_intent_id', report)),
  );
}

/** Null when there is no id. */
export function readFlexSession(raw, report) {
  if (!isObject(raw) || typeof raw.checkout_session_id !== 'string' || raw.checkout_session_id === '') return null;
  return {
    checkout_session_id: raw.checkout_session_id,
    allow_promotion_codes: flag(raw, 'allow_promotion_codes', report),
    amount_disputed: money(raw, 'amount_disputed', report),
    amount_received: money(raw, 'amount_received', report),
    amount_refunded: money(raw, 'amount_refunded', report),
    amount_subtotal: money(raw, 'amount_subtotal', report),
    amount_total: money(raw, 'amount_total', report),
    cancel_url: address(raw, 'cancel_url', report),
    capture_method: text(raw, 'capture_method', report),
    captures: captures(raw, 'captures', report),
    client_reference_id: text(raw, 'client_reference_id', report),
    created_at: moment(raw, 'created_at', report),
    custom_text: raw.custom_text,
    customer: customer(raw, 'customer', report),
    defaults: raw.defaults,
    disputes: disputes(raw, 'disputes', report),
    expires_at: moment(raw, 'expires_at', report),
    fees: raw.fees,
    hsa_fsa_eligible: flag(raw, 'hsa_fsa_eligible', report),
    invoice: invoice(raw, 'invoice', report),
    letter_of_medical_necessity_required: flag(raw, 'letter_of_medical_necessity_required', report),
    metadata: raw.metadata,
    mode: text(raw, 'mode', report),
    origin: text(raw, 'origin', report),
    payment_intent: paymentIntent(raw, 'payment_intent', report),
    payment_intents: intentIds(raw, 'payment_intents', report),
    payment_method_options: raw.payment_method_options,
    platform_fees: raw.platform_fees,
    redirect_url: address(raw, 'redirect_url', report),
    refunds: refunds(raw, 'refunds', report),
    setup_intent: setupIntent(raw, 'setup_intent', report),
    shipping_address_collection: flag(raw, 'shipping_address_collection', report),
    shipping_details: raw.shipping_details,
    shipping_options: raw.shipping_options,
    split_cart: text(raw, 'split_cart', report),
    status: text(raw, 'status', report),
    subscription: subscription(raw, 'subscription', report),
    subscription_data: raw.subscription_data,
    success_url: address(raw, 'success_url', report),
    tax_calculation_mode: text(raw, 'tax_calculation_mode', report),
    tax_rate: raw.tax_rate,
    test_mode: flag(raw, 'test_mode', report),
    total_details: raw.total_details,
    url: address(raw, 'url', report),
    visit_type: text(raw, 'visit_type', report),
  };
}
