import type { Change, NewFlexpriceSession, NewFlexSession, NewMeteroidSession } from '../../src/checkout/change.ts';
import type { SandboxedName } from './changes-rig.ts';

// The least that each provider takes, and everything that it documents.

export const FLEXPRICE: NewFlexpriceSession = {
  customerExternalId: 'user_1001',
  paymentProvider: 'razorpay',
  createSubscription: { planId: 'plan_team', currency: 'usd', billingPeriod: 'MONTHLY' },
};

export const FLEXPRICE_FULL: NewFlexpriceSession = {
  ...FLEXPRICE,
  createSubscription: {
    ...FLEXPRICE.createSubscription,
    lookupKey: 'team',
    startDate: '2026-12-01T00:00:00.000Z',
    endDate: '2027-12-01T00:00:00.500Z',
    metadata: [{ key: 'seat', value: '3' }],
  },
  successUrl: 'https://shop.test/ok?s={CHECKOUT_SESSION_ID}&a=%7B',
  failureUrl: 'https://shop.test/no#x',
  cancelUrl: 'https://shop.test/ü',
  metadata: [
    { key: 'order', value: '0017' },
    { key: '__proto__', value: 'true' },
    { key: '10', value: '' },
  ],
};

export const METEROID: NewMeteroidSession = {
  customerId: 'cus_7n42DGM5Tflk9n8mt7Fhc7',
  planVersionId: 'plv_7n42DGM5Tflk9n8mt7Fhc7',
};

export const METEROID_FULL: NewMeteroidSession = {
  ...METEROID,
  couponCode: 'HELLO',
  couponIds: ['cou_7n42DGM5Tflk9n8mt7Fhc7'],
  billingStartDate: '2026-12-01',
  billingDayAnchor: 3,
  netTerms: 0,
  trialDurationDays: 14,
  endDate: '2027-12-01',
  expiresInHours: 0,
  autoAdvanceInvoices: false,
  chargeAutomatically: true,
  invoiceMemo: 'Zoë 🦊',
  invoiceThreshold: '100.50',
  purchaseOrder: 'PO-1',
  components: { remove_components: ['price_7n42DGM5Tflk9n8mt7Fhc7'] },
  addOns: [{ add_on_id: 'add_7n42DGM5Tflk9n8mt7Fhc7', quantity: 2 }],
  metadata: { deep: [1, null, { a: 'b' }] },
  paymentMethods: { type: 'online', config: { card: { enabled: true } } },
};

export const FLEX: NewFlexSession = {
  lineItems: [{ price: 'fprice_1', quantity: 1 }],
  mode: 'payment',
  successUrl: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
};

export const FLEX_FULL: NewFlexSession = {
  lineItems: [
    { price: 'fprice_1', quantity: 2 },
    { priceData: { product: { name: 'Mat' }, unit_amount: 1200, recurring: { interval: 'month' } }, quantity: 1 },
  ],
  mode: 'off_session',
  successUrl: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}&x=%20',
  cancelUrl: 'https://shop.test/cart',
  clientReferenceId: 'order_1',
  customerId: 'fcus_1',
  defaults: {
    email: 'ada@example.com',
    firstName: 'Ada',
    lastName: 'Lovelace',
    phone: '+1 555 0100',
    customerId: 'fcus_1',
  },
  allowPromotionCodes: false,
  captureMethod: 'manual',
  paymentMethod: 'fpm_1',
  setupFutureUse: 'off_session',
  subscriptionData: { trial_period_days: 3 },
  shippingOptions: { shipping_amount: 500, name: 'Standard' },
  shippingAddressCollection: true,
  discounts: [{ amount_off: 100 }],
  fees: [{ amount: 25, name: 'handling' }],
  taxRate: { percentage: 8.25 },
  expiresAt: '2099-01-01T00:00:00.999Z',
  metadata: [{ key: 'order', value: '17' }],
};

export const NEW: Record<SandboxedName, Change & { kind: 'CREATE' }> = {
  FLEXPRICE: { kind: 'CREATE', session: { provider: 'FLEXPRICE', ...FLEXPRICE } },
  METEROID: { kind: 'CREATE', session: { provider: 'METEROID', ...METEROID } },
  FLEX: { kind: 'CREATE', session: { provider: 'FLEX', ...FLEX } },
};

export const NEW_FULL: Record<SandboxedName, Change & { kind: 'CREATE' }> = {
  FLEXPRICE: { kind: 'CREATE', session: { provider: 'FLEXPRICE', ...FLEXPRICE_FULL } },
  METEROID: { kind: 'CREATE', session: { provider: 'METEROID', ...METEROID_FULL } },
  FLEX: { kind: 'CREATE', session: { provider: 'FLEX', ...FLEX_FULL } },
};

export const newFlexprice = (more: Partial<NewFlexpriceSession> = {}): Change => ({
  kind: 'CREATE',
  session: { provider: 'FLEXPRICE', ...FLEXPRICE, ...more },
});
export const newMeteroid = (more: Partial<NewMeteroidSession> = {}): Change => ({
  kind: 'CREATE',
  session: { provider: 'METEROID', ...METEROID, ...more },
});
export const newFlex = (more: Partial<NewFlexSession> = {}): Change => ({
  kind: 'CREATE',
  session: { provider: 'FLEX', ...FLEX, ...more },
});
