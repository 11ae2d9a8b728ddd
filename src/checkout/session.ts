import type { Money } from './money.ts';
import type { ProviderName } from './provider-name.ts';
import type { SessionMode, SessionStatus } from './status.ts';
import type { CalendarDate, Instant } from './time.ts';

export type { ProviderName };

/** What may be done with a session. */
export type SessionAction = 'CANCEL' | 'DELETE' | 'CAPTURE' | 'REFUND' | 'CONFIRM' | 'REAUTHORIZE';

export type MetadataEntry = { key: string; value: string };

/** Who pays. A provider that was not asked to expand the customer gives the id alone. */
export type Customer = {
  id: string | null;
  email: string | null;
  firstName: string | null;
  lastName: string | null;
  phone: string | null;
};

export type SessionAmounts = {
  total: Money | null;
  subtotal: Money | null;
  received: Money | null;
  refunded: Money | null;
  disputed: Money | null;
};

/**
 * One checkout session, whichever provider keeps it. Plain data in the shape that resolvers read and caches store; what
 * depends on the clock (`isExpired`) is worked out when it is asked for.
 */
export type CheckoutSession = {
  /** Global id. */
  id: string;
  provider: ProviderName;
  providerId: string;
  status: SessionStatus;
  /** The provider's word for the status, untouched. */
  providerStatus: string;
  mode: SessionMode;
  testMode: boolean | null;
  /** Null unless the status is OPEN or PROCESSING. */
  checkoutUrl: string | null;
  successUrl: string | null;
  cancelUrl: string | null;
  failureUrl: string | null;
  customer: Customer | null;
  amounts: SessionAmounts | null;
  /** ISO 4217, upper case. */
  currency: string | null;
  subscriptionId: string | null;
  invoiceId: string | null;
  paymentId: string | null;
  clientReferenceId: string | null;
  idempotencyKey: string | null;
  failureReason: string | null;
  /** Keys and values as the provider has them, in its order. */
  metadata: MetadataEntry[];
  createdAt: Instant | null;
  updatedAt: Instant | null;
  expiresAt: Instant | null;
  completedAt: Instant | null;
  canceledAt: Instant | null;
  isArchived: boolean;
  availableActions: SessionAction[];
  /** When the provider gave these values. */
  fetchedAt: Instant;
  details: SessionDetails;
};

export type SessionDetails = FlexpriceDetails | MeteroidDetails | FlexDetails;

export type FlexpricePaymentAction = { type: string | null; url: string | null };

export type FlexpriceDetails = {
  provider: 'FLEXPRICE';
  action: string | null;
  recordStatus: string | null;
  tenantId: string | null;
  environmentId: string | null;
  paymentProvider: string | null;
  paymentAction: FlexpricePaymentAction | null;
  checkoutInvoiceId: string | null;
  checkoutPaymentId: string | null;
  configuration: { createSubscription: FlexpriceCreateSubscription | null } | null;
  result: { subscriptionId: string | null; invoiceId: string | null; paymentId: string | null } | null;
  providerResult: {
    providerSessionId: string | null;
    providerPaymentIntentId: string | null;
    expiresAt: Instant | null;
    nextAction: FlexpricePaymentAction | null;
    metadata: MetadataEntry[];
  } | null;
  createdBy: string | null;
  updatedBy: string | null;
};

export type FlexpriceCreateSubscription = {
  planId: string | null;
  currency: string | null;
  billingPeriod: string | null;
  lookupKey: string | null;
  startDate: Instant | null;
  endDate: Instant | null;
  metadata: MetadataEntry[];
};

export type MeteroidDetails = {
  provider: 'METEROID';
  checkoutType: string;
  planVersionId: string;
  billingDayAnchor: number | null;
  billingStartDate: CalendarDate | null;
  couponCode: string | null;
  netTerms: number | null;
  trialDurationDays: number | null;
  paymentMethods: MeteroidPaymentMethods | null;
};

export type MeteroidPaymentMethods =
  | { kind: 'ONLINE'; card: boolean | null; directDebit: boolean | null }
  | { kind: 'BANK_TRANSFER'; accountId: string | null }
  | { kind: 'EXTERNAL'; type: string };

export type FlexDetails = {
  provider: 'FLEX';
  /** Of the session: line items are asked for by it. */
  providerId: string;
  allowPromotionCodes: boolean | null;
  captureMethod: string | null;
  captures: FlexCapture[];
  customText: unknown;
  defaults: unknown;
  disputes: FlexDispute[];
  fees: unknown;
  hsaFsaEligible: boolean | null;
  invoiceId: string | null;
  letterOfMedicalNecessityRequired: boolean | null;
  origin: string | null;
  paymentIntent: FlexPaymentIntent | null;
  paymentIntentIds: string[];
  paymentMethodOptions: unknown;
  platformFees: unknown;
  refunds: FlexRefund[];
  setupIntentId: string | null;
  shippingAddressCollection: boolean | null;
  shippingDetails: unknown;
  shippingOptions: unknown;
  splitCart: string | null;
  subscriptionData: unknown;
  taxCalculationMode: string | null;
  taxRate: unknown;
  totalDetails: unknown;
  visitType: string | null;
};

export type FlexCapture = { id: string | null; amount: Money | null; createdAt: Instant | null };
export type FlexDispute = { id: string | null; amount: Money | null; status: string | null; createdAt: Instant | null };
export type FlexRefund = { id: string | null; amount: Money | null; status: string | null; createdAt: Instant | null };

/** Without expansion only the id is known. */
export type FlexPaymentIntent = {
  id: string;
  status: string | null;
  amount: Money | null;
  amountReceived: Money | null;
  amountCapturable: Money | null;
  createdAt: Instant | null;
};

export type FlexLineItem = {
  id: string | null;
  description: string | null;
  quantity: number | null;
  eligibility: string | null;
  priceId: string | null;
  productId: string | null;
  total: Money | null;
  subtotal: Money | null;
  tax: Money | null;
  discount: Money | null;
  shipping: Money | null;
};

/**
 * Whether a session's time is over without its ever having been completed, whatever the provider says so far: Meteroid
 * leaves a session CREATED until its own job comes round.
 * @param now epoch milliseconds
 */
export function isExpired(session: CheckoutSession, now: number): boolean {
  if (session.status === 'COMPLETED' || session.completedAt !== null) return false;
  if (session.status === 'EXPIRED') return true;
  return session.expiresAt !== null && Date.parse(session.expiresAt) <= now;
}
