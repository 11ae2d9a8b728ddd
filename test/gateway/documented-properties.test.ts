import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FULL_SESSION_QUERY } from '../helpers/full-session.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { type JsonServer, startJsonServer } from '../helpers/json-server.ts';

const usd = (minorUnits: number) => ({ minorUnits, currency: 'USD', decimal: (minorUnits / 100).toFixed(2) });
const noCustomer = { email: null, firstName: null, lastName: null, phone: null };

// Every property that the providers document, and what the schema must show for it.
const FLEXPRICE = {
  id: 'cs_1',
  action: 'create_subscription',
  cancel_url: 'https://shop.example/cancel',
  checkout_invoice_id: 'inv_0',
  checkout_payment_id: 'pay_0',
  checkout_status: 'pending',
  completed_at: '2026-11-01T13:00:00.5Z',
  created_at: '2026-11-01T12:00:00.123456Z',
  created_by: 'usr_1',
  customer_id: 'cust_1',
  environment_id: 'env_1',
  expires_at: '2126-11-01T17:45:00+05:30',
  failure_reason: 'card declined',
  failure_url: 'https://shop.example/failed',
  idempotency_key: 'key-1',
  metadata: { z: '1', a: '2' },
  payment_action: { type: 'payment_link', url: 'https://rzp.example/i/{x}' },
  payment_provider: 'razorpay',
  provider_result: {
    expires_at: '2026-11-01T12:15:00Z',
    next_action: { type: 'checkout_url', url: 'https://rzp.example/n' },
    provider_metadata: { k: 'v' },
    provider_payment_intent_id: 'pi_1',
    provider_session_id: 'plink_1',
  },
  result: { create_subscription_result: { invoice_id: 'inv_1', payment_id: 'pay_1', subscription_id: 'sub_1' } },
  status: 'published',
  success_url: 'https://shop.example/ok',
  tenant_id: 'ten_1',
  updated_at: '2026-11-01T12:01:00Z',
  updated_by: 'usr_2',
  configuration: {
    create_subscription_params: {
      billing_period: 'MONTHLY',
      currency: 'inr',
      end_date: '2027-11-01T00:00:00Z',
      lookup_key: 'lk',
      metadata: { m: 'n' },
      plan_id: 'plan_1',
      start_date: '2026-11-02T00:00:00Z',
    },
  },
};

const METEROID = {
  id: 'che_1',
  billing_day_anchor: 5,
  billing_start_date: '2026-12-01',
  checkout_type: 'SELF_SERVE',
  checkout_url: 'https://pay.example/?token=x.y',
  completed_at: null,
  coupon_code: 'SAVE',
  created_at: '2026-11-01T12:00:00Z',
  customer_id: 'cus_1',
  expires_at: '2126-11-01T13:00:00Z',
  net_terms: 30,
  payment_methods_config: { type: 'online', config: { card: { enabled: true }, direct_debit: null } },
  plan_version_id: 'plv_1',
  status: 'AWAITING_PAYMENT',
  subscription_id: 'sub_9',
  trial_duration_days: 14,
};

const FLEX = {
  allow_promotion_codes: true,
  amount_total: 12345,
  amount_subtotal: 12000,
  amount_received: 100,
  amount_refunded: 50,
  amount_disputed: 25,
  cancel_url: 'https://shop.example/c',
  captures: [{ capture_id: 'cap_1', amount_captured: 100, created_at: '2026-11-01T12:30:00Z' }],
  disputes: [{ dispute_id: 'dp_1', amount: 25, status: 'open', created_at: '2026-11-02T12:30:00Z' }],
  capture_method: 'manual',
  checkout_session_id: 'fcs_1',
  client_reference_id: 'order-1',
  created_at: 1_762_000_000,
  defaults: { email: 'a@example.com' },
  expires_at: 4_962_000_000_000,
  invoice: 'fin_1',
  hsa_fsa_eligible: true,
  letter_of_medical_necessity_required: false,
  metadata: { order: '1', count: 2 },
  mode: 'payment',
  origin: 'shopify',
  payment_intents: ['fpi_1'],
  redirect_url: 'https://checkout.example/p/fcs_1',
  refunds: [{ refund_id: 'fre_1', amount: 50, status: 'succeeded', created_at: '2026-11-03T12:30:00Z' }],
  setup_intent: 'fsi_1',
  shipping_options: { rates: [] },
  shipping_address_collection: true,
  shipping_details: { city: 'Austin' },
  status: 'open',
  success_url: 'https://shop.example/ok?s={CHECKOUT_SESSION_ID}',
  fees: [{ amount: 1 }],
  custom_text: { submit: 'Pay' },
  subscription_data: { trial: 1 },
  tax_rate: { percent: 8.25 },
  tax_calculation_mode: 'exclusive',
  test_mode: true,
  total_details: { tax: 345 },
  visit_type: 'cbtSleep',
  payment_method_options: { card: {} },
  platform_fees: { flex: 1 },
  split_cart: 'partial',
  subscription: 'fsub_1',
  customer: { customer_id: 'fcus_1', first_name: 'Ada', last_name: 'L', email: 'ada@example.com', phone: '+1' },
  payment_intent: {
    payment_intent_id: 'fpi_1',
    amount: 12345,
    amount_capturable: 12245,
    amount_received: 100,
    status: 'requires_capture',
    created_at: '2026-11-01T12:20:00Z',
  },
};

const LINE_ITEMS = [
  {
    line_item_id: 'fli_1',
    description: 'Thermometer',
    quantity: 2,
    hsa_fsa_eligibility: 'eligible',
    price: { price_id: 'fprice_1', product: 'fprod_1' },
    amount_total: 12345,
    amount_subtotal: 12000,
    amount_tax: 345,
    amount_discount: 0,
    amount_shipping: 0,
  },
];

let stub: JsonServer;
let gateway: TestGateway;

beforeEach(async () => {
  stub = await startJsonServer(({ path }) => {
    if (path === '/v1/checkout/sessions/fcs_1/line_items') return { body: { line_items: LINE_ITEMS } };
    if (path === '/v1/checkout/sessions/fcs_1') return { body: { checkout_session: FLEX } };
    if (path === '/api/v1/checkout-sessions/che_1') return { body: { session: METEROID } };
    if (path === '/checkout/sessions/cs_1') return { body: FLEXPRICE };
    return { status: 404, body: { code: 'not_found' } };
  });
  const provider = { baseUrl: stub.url, apiKey: 'key' };
  gateway = await startTestGateway({ providers: { FLEXPRICE: provider, METEROID: provider, FLEX: provider } });
});

afterEach(async () => {
  await gateway.stop();
  await stub.stop();
});

const session = async (provider: string, providerId: string) => {
  const answer = await gateway.ask(FULL_SESSION_QUERY, { provider, providerId });
  expect(answer.errors).toBeUndefined();
  return answer.data.session;
};

describe('every documented property reaches the schema', () => {
  it('of Flexprice', async () => {
    expect(await session('FLEXPRICE', 'cs_1')).toEqual({
      id: 'MXA6Y3NfMQ',
      provider: 'FLEXPRICE',
      providerId: 'cs_1',
      status: 'OPEN',
      providerStatus: 'pending',
      mode: 'SUBSCRIPTION',
      testMode: null,
      checkoutUrl: 'https://rzp.example/i/{x}',
      successUrl: 'https://shop.example/ok',
      cancelUrl: 'https://shop.example/cancel',
      failureUrl: 'https://shop.example/failed',
      customer: { id: 'cust_1', ...noCustomer },
      amounts: null,
      currency: 'INR',
      subscriptionId: 'sub_1',
      invoiceId: 'inv_1',
      paymentId: 'pay_1',
      clientReferenceId: null,
      idempotencyKey: 'key-1',
      failureReason: 'card declined',
      metadata: [
        { key: 'z', value: '1' },
        { key: 'a', value: '2' },
      ],
      createdAt: '2026-11-01T12:00:00.123Z',
      updatedAt: '2026-11-01T12:01:00.000Z',
      expiresAt: '2126-11-01T12:15:00.000Z',
      completedAt: '2026-11-01T13:00:00.500Z',
      canceledAt: null,
      isExpired: false,
      isArchived: false,
      availableActions: ['DELETE'],
      fetchedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      details: {
        __typename: 'FlexpriceCheckoutDetails',
        action: 'create_subscription',
        recordStatus: 'published',
        tenantId: 'ten_1',
        environmentId: 'env_1',
        paymentProvider: 'razorpay',
        paymentAction: { type: 'payment_link', url: 'https://rzp.example/i/{x}' },
        checkoutInvoiceId: 'inv_0',
        checkoutPaymentId: 'pay_0',
        configuration: {
          createSubscription: {
            planId: 'plan_1',
            currency: 'inr',
            billingPeriod: 'MONTHLY',
            lookupKey: 'lk',
            startDate: '2026-11-02T00:00:00.000Z',
            endDate: '2027-11-01T00:00:00.000Z',
            metadata: [{ key: 'm', value: 'n' }],
          },
        },
        result: { subscriptionId: 'sub_1', invoiceId: 'inv_1', paymentId: 'pay_1' },
        providerResult: {
          providerSessionId: 'plink_1',
          providerPaymentIntentId: 'pi_1',
          expiresAt: '2026-11-01T12:15:00.000Z',
          nextAction: { type: 'checkout_url', url: 'https://rzp.example/n' },
          metadata: [{ key: 'k', value: 'v' }],
        },
        createdBy: 'usr_1',
        updatedBy: 'usr_2',
      },
    });
  });

  it('of Meteroid', async () => {
    expect(await session('METEROID', 'che_1')).toEqual({
      id: 'MW06Y2hlXzE',
      provider: 'METEROID',
      providerId: 'che_1',
      status: 'PROCESSING',
      providerStatus: 'AWAITING_PAYMENT',
      mode: 'SUBSCRIPTION',
      testMode: null,
      checkoutUrl: 'https://pay.example/?token=x.y',
      successUrl: null,
      cancelUrl: null,
      failureUrl: null,
      customer: { id: 'cus_1', ...noCustomer },
      amounts: null,
      currency: null,
      subscriptionId: 'sub_9',
      invoiceId: null,
      paymentId: null,
      clientReferenceId: null,
      idempotencyKey: null,
      failureReason: null,
      metadata: [],
      createdAt: '2026-11-01T12:00:00.000Z',
      updatedAt: null,
      expiresAt: '2126-11-01T13:00:00.000Z',
      completedAt: null,
      canceledAt: null,
      isExpired: false,
      isArchived: false,
      availableActions: ['CANCEL'],
      fetchedAt: expect.any(String),
      details: {
        __typename: 'MeteroidCheckoutDetails',
        checkoutType: 'SELF_SERVE',
        planVersionId: 'plv_1',
        billingDayAnchor: 5,
        billingStartDate: '2026-12-01',
        couponCode: 'SAVE',
        netTerms: 30,
        trialDurationDays: 14,
        paymentMethods: { __typename: 'MeteroidOnlinePayment', card: true, directDebit: null },
      },
    });
  });

  it('of Flex', async () => {
    expect(await session('FLEX', 'fcs_1')).toEqual({
      id: 'MWY6ZmNzXzE',
      provider: 'FLEX',
      providerId: 'fcs_1',
      status: 'OPEN',
      providerStatus: 'open',
      mode: 'PAYMENT',
      testMode: true,
      checkoutUrl: 'https://checkout.example/p/fcs_1',
      successUrl: 'https://shop.example/ok?s={CHECKOUT_SESSION_ID}',
      cancelUrl: 'https://shop.example/c',
      failureUrl: null,
      customer: { id: 'fcus_1', email: 'ada@example.com', firstName: 'Ada', lastName: 'L', phone: '+1' },
      amounts: { total: usd(12345), subtotal: usd(12000), received: usd(100), refunded: usd(50), disputed: usd(25) },
      currency: 'USD',
      subscriptionId: 'fsub_1',
      invoiceId: 'fin_1',
      paymentId: 'fpi_1',
      clientReferenceId: 'order-1',
      idempotencyKey: null,
      failureReason: null,
      metadata: [
        { key: 'order', value: '1' },
        { key: 'count', value: '2' },
      ],
      createdAt: '2025-11-01T12:26:40.000Z',
      updatedAt: null,
      expiresAt: '2127-03-29T13:20:00.000Z',
      completedAt: null,
      canceledAt: null,
      isExpired: false,
      isArchived: false,
      availableActions: ['CANCEL', 'REFUND', 'CONFIRM'],
      fetchedAt: expect.any(String),
      details: {
        __typename: 'FlexCheckoutDetails',
        allowPromotionCodes: true,
        captureMethod: 'manual',
        captures: [{ id: 'cap_1', amount: usd(100), createdAt: '2026-11-01T12:30:00.000Z' }],
        customText: { submit: 'Pay' },
        defaults: { email: 'a@example.com' },
        disputes: [{ id: 'dp_1', amount: usd(25), status: 'open', createdAt: '2026-11-02T12:30:00.000Z' }],
        fees: [{ amount: 1 }],
        hsaFsaEligible: true,
        flexInvoiceId: 'fin_1',
        letterOfMedicalNecessityRequired: false,
        origin: 'shopify',
        paymentIntent: {
          id: 'fpi_1',
          status: 'requires_capture',
          amount: usd(12345),
          amountReceived: usd(100),
          amountCapturable: usd(12245),
          createdAt: '2026-11-01T12:20:00.000Z',
        },
        paymentIntentIds: ['fpi_1'],
        paymentMethodOptions: { card: {} },
        platformFees: { flex: 1 },
        refunds: [{ id: 'fre_1', amount: usd(50), status: 'succeeded', createdAt: '2026-11-03T12:30:00.000Z' }],
        setupIntentId: 'fsi_1',
        shippingAddressCollection: true,
        shippingDetails: { city: 'Austin' },
        shippingOptions: { rates: [] },
        splitCart: 'partial',
        subscriptionData: { trial: 1 },
        taxCalculationMode: 'exclusive',
        taxRate: { percent: 8.25 },
        totalDetails: { tax: 345 },
        visitType: 'cbtSleep',
        lineItems: [
          {
            id: 'fli_1',
            description: 'Thermometer',
            quantity: 2,
            eligibility: 'eligible',
            priceId: 'fprice_1',
            productId: 'fprod_1',
            total: usd(12345),
            subtotal: usd(12000),
            tax: usd(345),
            discount: usd(0),
            shipping: usd(0),
          },
        ],
      },
    });
    expect(stub.requests.map(({ path, query }) => `${path}?${query}`).sort()).toEqual([
      '/v1/checkout/sessions/fcs_1/line_items?',
      '/v1/checkout/sessions/fcs_1?expand_customer=true&expand_payment_intent=true',
    ]);
  });
});
