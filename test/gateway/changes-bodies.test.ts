import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operationNamed } from '../changing/rig.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { FLEX_FULL, FLEXPRICE_FULL, METEROID_FULL } from '../providers/changes-inputs.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let keys = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({ providers: sandbox.addresses });
});
// Not `reset`: it would give new sessions the ids of those before it, which belong to other operations.
let before = 0;
const forget = () => {
  before = sandbox.control.calls().length;
};
beforeEach(forget);
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const { document: CREATE } = operationNamed('flex create');
type Provider = 'flexprice' | 'meteroid' | 'flex';

const create = (session: Record<string, unknown>) =>
  gateway.ask(CREATE, { input: { idempotencyKey: `k${keys++}`, session } });

/** The body that a provider gets for a new session. */
async function bodyOf(provider: Provider, session: object): Promise<unknown> {
  const { data, errors } = await create({ [provider]: session });
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ change: { userErrors: [] } });
  return onlyBody();
}

/** Without what is undefined, as it came. */
function onlyBody(): unknown {
  const [call, ...others] = sandbox.control
    .calls()
    .slice(before)
    .filter(({ method }) => method === 'POST');
  expect(others).toEqual([]);
  expect(call?.ignored).toEqual([]);
  return call?.body;
}

const nulled = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, null]));

describe('every field of a new session arrives at its provider', () => {
  it('Flexprice', async () => {
    expect(await bodyOf('flexprice', FLEXPRICE_FULL)).toEqual({
      customer_external_id: 'user_1001',
      action: 'create_subscription',
      payment_provider: 'razorpay',
      configuration: {
        create_subscription_params: {
          plan_id: 'plan_team',
          currency: 'usd',
          billing_period: 'MONTHLY',
          lookup_key: 'team',
          start_date: expect.stringMatching(/^2026-12-01T00:00:00(?:\.000)?Z$/),
          end_date: expect.stringMatching(/^2027-12-01T00:00:00\.5(?:00)?Z$/),
          metadata: { seat: '3' },
        },
      },
      success_url: 'https://shop.test/ok?s={CHECKOUT_SESSION_ID}&a=%7B',
      failure_url: 'https://shop.test/no#x',
      cancel_url: 'https://shop.test/ü',
      idempotency_key: expect.stringMatching(/^[\w-]{43}$/),
      metadata: JSON.parse('{"order": "0017", "__proto__": "true", "10": ""}'),
    });
  });

  it('Meteroid', async () => {
    expect(await bodyOf('meteroid', METEROID_FULL)).toEqual({
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
    });
  });

  it('Flex', async () => {
    expect(await bodyOf('flex', FLEX_FULL)).toEqual({
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
        expires_at: 4_070_908_800,
        metadata: { order: '17' },
      },
    });
  });

  it('what is null is left out, and nulls inside of JSON stay', async () => {
    const given = ['customerId', 'planVersionId', 'metadata', 'components'];
    const others = Object.keys(METEROID_FULL).filter((name) => !given.includes(name));
    const { customerId, planVersionId } = METEROID_FULL;
    const metadata = { a: null, b: [null], c: { d: null } };
    expect(
      await bodyOf('meteroid', { customerId, planVersionId, metadata, components: null, ...nulled(others) }),
    ).toEqual({ customer_id: customerId, plan_version_id: planVersionId, metadata });
    forget();
    const { lineItems, successUrl } = FLEX_FULL;
    const optional = Object.keys(FLEX_FULL).filter((name) => !['lineItems', 'successUrl', 'mode'].includes(name));
    await bodyOf('flex', {
      ...nulled(optional),
      lineItems: lineItems.slice(0, 1),
      successUrl,
      defaults: { email: null },
    });
    expect(JSON.stringify(onlyBody())).not.toContain('null');
  });

  it('words that a provider may learn tomorrow are not held back', async () => {
    const subscription = { ...FLEXPRICE_FULL.createSubscription, billingPeriod: 'Every_Blue_Moon', currency: 'XBT ' };
    await create({ flexprice: { ...FLEXPRICE_FULL, paymentProvider: 'newPay', createSubscription: subscription } });
    expect(onlyBody()).toMatchObject({
      payment_provider: 'newPay',
      configuration: { create_subscription_params: { billing_period: 'Every_Blue_Moon', currency: 'XBT ' } },
    });
    forget();
    await create({ flex: { ...FLEX_FULL, mode: 'Brand_new', captureMethod: 'later', setupFutureUse: 'On_Mars' } });
    expect(onlyBody()).toMatchObject({
      checkout_session: { mode: 'Brand_new', capture_method: 'later', setup_future_use: 'On_Mars' },
    });
  });

  it('literals in the document are as good as variables', async () => {
    const { errors } = await gateway.ask(`mutation {
      change: createCheckoutSession(input: { idempotencyKey: "literal", session: { meteroid: {
        customerId: "cus_1", planVersionId: "plv_1", metadata: { a: [1, 2.5, null, true, "x", { b: {} }] }
      } } }) { userErrors { code } }
    }`);
    expect(errors).toBeUndefined();
    expect(onlyBody()).toEqual({
      customer_id: 'cus_1',
      plan_version_id: 'plv_1',
      metadata: { a: [1, 2.5, null, true, 'x', { b: {} }] },
    });
  });
});
