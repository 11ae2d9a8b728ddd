import { describe, expect, test } from 'vitest';
import { NO_EXPANSION } from '../../src/checkout/provider.ts';
import { NEW, NEW_FULL } from './changes-inputs.ts';
import { callContext, changesRig } from './changes-rig.ts';

const rig = changesRig();
/** What a create of everything has to arrive as: all that the provider documents of its body. */
const BODIES = {
  FLEXPRICE: {
    customer_external_id: 'user_1001',
    action: 'create_subscription',
    payment_provider: 'razorpay',
    configuration: {
      create_subscription_params: {
        plan_id: 'plan_team',
        currency: 'usd',
        billing_period: 'MONTHLY',
        lookup_key: 'team',
        start_date: '2026-12-01T00:00:00.000Z',
        end_date: '2027-12-01T00:00:00.500Z',
        metadata: { seat: '3' },
      },
    },
    success_url: 'https://shop.test/ok?s={CHECKOUT_SESSION_ID}&a=%7B',
    failure_url: 'https://shop.test/no#x',
    cancel_url: 'https://shop.test/ü',
    idempotency_key: 'key-1',
    metadata: JSON.parse('{"order": "0017", "__proto__": "true", "10": ""}'),
  },
  METEROID: {
    customer_id: 'cus_7n42DGM5Tflk9n8mt7Fhc7',
    plan_version_id: 'plv_7n42DGM5Tflk9n8mt7Fhc7',
    coupon_code: 'HELLO',
    coupon_ids: ['cou_7n42DGM5Tflk9n8mt7Fhc7'],
    billing_start_date: '2026-12-01',
    billing_day_anchor: 3,
    net_terms: 0,
    trial_duration_days: 14,
    end_date: '2027-12-01',
    expires_in_hours: 0,
    auto_advance_invoices: false,
    charge_automatically: true,
    invoice_memo: 'Zoë 🦊',
    invoice_threshold: '100.50',
    purchase_order: 'PO-1',
    components: { remove_components: ['price_7n42DGM5Tflk9n8mt7Fhc7'] },
    add_ons: [{ add_on_id: 'add_7n42DGM5Tflk9n8mt7Fhc7', quantity: 2 }],
    metadata: { deep: [1, null, { a: 'b' }] },
    payment_methods_config: { type: 'online', config: { card: { enabled: true } } },
  },
  FLEX: {
    checkout_session: {
      line_items: [
        { price: 'fprice_1', quantity: 2 },
        {
          price_data: { product: { name: 'Mat' }, unit_amount: 1200, recurring: { interval: 'month' } },
          quantity: 1,
        },
      ],
      mode: 'off_session',
      success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}&x=%20',
      cancel_url: 'https://shop.test/cart',
      client_reference_id: 'order_1',
      customer: 'fcus_1',
      defaults: {
        email: 'ada@example.com',
        first_name: 'Ada',
        last_name: 'Lovelace',
        phone: '+1 555 0100',
        customer_id: 'fcus_1',
      },
      allow_promotion_codes: false,
      capture_method: 'manual',
      payment_method: 'fpm_1',
      setup_future_use: 'off_session',
      subscription_data: { trial_period_days: 3 },
      shipping_options: { shipping_amount: 500, name: 'Standard' },
      shipping_address_collection: true,
      discounts: [{ amount_off: 100 }],
      fees: [{ amount: 25, name: 'handling' }],
      tax_rate: { percentage: 8.25 },
      expires_at: Date.parse('2099-01-01T00:00:00Z') / 1000,
      metadata: { order: '17' },
    },
  },
};

const LEAST = {
  FLEXPRICE: {
    customer_external_id: 'user_1001',
    action: 'create_subscription',
    payment_provider: 'razorpay',
    configuration: {
      create_subscription_params: { plan_id: 'plan_team', currency: 'usd', billing_period: 'MONTHLY' },
    },
    idempotency_key: 'key-1',
  },
  METEROID: { customer_id: 'cus_7n42DGM5Tflk9n8mt7Fhc7', plan_version_id: 'plv_7n42DGM5Tflk9n8mt7Fhc7' },
  FLEX: {
    checkout_session: {
      line_items: [{ price: 'fprice_1', quantity: 1 }],
      mode: 'payment',
      success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
    },
  },
};

const PATHS = {
  FLEXPRICE: '/v1/checkout/sessions',
  METEROID: '/api/v1/checkout-sessions',
  FLEX: '/v1/checkout/sessions',
};
const SESSION_IDS = { FLEXPRICE: /^cs_/, METEROID: /^che_/, FLEX: /^fcs_/ };

describe.each(['FLEXPRICE', 'METEROID', 'FLEX'] as const)('a create at %s', (name) => {
  test('sends everything that was given', async () => {
    const answer = await rig.send(name, NEW_FULL[name]);
    const call = rig.lastCall(name);
    expect(call).toMatchObject({ method: 'POST', path: PATHS[name], query: {} });
    expect(call.body).toEqual(BODIES[name]);
    // As text too: neither toEqual nor a reader of JSON would tell a property that is called __proto__ from none.
    expect(JSON.stringify(call.body)).toContain(name === 'FLEXPRICE' ? '"__proto__":"true"' : '"');
    expect(call.ignored).toEqual([]);
    expect(call.headers['idempotency-key']).toBe(name === 'FLEX' ? 'key-1' : undefined);
    expect(answer).toMatchObject({ is: 'DONE', providerId: expect.stringMatching(SESSION_IDS[name]) });
    expect(rig.effects(name)).toEqual({ create: 1 });
  });

  test('sends nothing that was not given', async () => {
    const answer = await rig.send(name, NEW[name]);
    expect(rig.lastCall(name).body).toEqual(LEAST[name]);
    expect(rig.lastCall(name).ignored).toEqual([]);
    expect(answer.is).toBe('DONE');
  });

  test('answers the session as a read shows it', async () => {
    const answer = await rig.send(name, NEW_FULL[name]);
    if (answer.is !== 'DONE' || !answer.session) throw new Error('Expected a session.');
    const read = await rig.provider(name).getSession(answer.providerId, NO_EXPANSION, callContext());
    // Its address has a new token at each read.
    const shown = (session: typeof read) => session && { ...session, checkoutUrl: session.checkoutUrl?.slice(0, 30) };
    expect(shown(answer.session)).toEqual(shown(read));
    expect(answer.session.providerId).toBe(answer.providerId);
    expect(answer.session.status).toBe('OPEN');
  });

  test('of another provider is a bug', async () => {
    const other = NEW[name === 'FLEX' ? 'METEROID' : 'FLEX'];
    await expect(rig.send(name, other)).rejects.toThrow(TypeError);
    expect(rig.effects(name)).toEqual({});
  });
});
