import type { CallContext } from './provider.ts';
import type { CheckoutSession, MetadataEntry } from './session.ts';
import type { CalendarDate, Instant } from './time.ts';

/** What can be done to a session. */
export type ChangeKind = 'CREATE' | 'CANCEL' | 'DELETE' | 'CAPTURE' | 'REFUND' | 'CONFIRM' | 'REAUTHORIZE';

/** Amounts are whole minor units of the session's currency. What is undefined was not given. */
export type Change =
  | { kind: 'CREATE'; session: NewSession }
  | { kind: 'CANCEL'; providerId: string }
  | { kind: 'DELETE'; providerId: string }
  | { kind: 'REAUTHORIZE'; providerId: string }
  | { kind: 'CAPTURE'; providerId: string; amount?: number | undefined; lineItems?: unknown }
  | ({ kind: 'REFUND'; providerId: string } & Refund)
  | { kind: 'CONFIRM'; providerId: string; paymentMethod: string };

export type ChangeOf<K extends ChangeKind> = Extract<Change, { kind: K }>;

/** All that is left when neither amount nor line items are given. */
export type Refund = {
  amount?: number | undefined;
  lineItems?: { price?: string | undefined; product?: string | undefined; amount: number }[] | undefined;
  tax?: number | undefined;
  shipping?: number | undefined;
  discount?: number | undefined;
  metadata?: MetadataEntry[] | undefined;
};

export type NewSession =
  | ({ provider: 'FLEXPRICE' } & NewFlexpriceSession)
  | ({ provider: 'METEROID' } & NewMeteroidSession)
  | ({ provider: 'FLEX' } & NewFlexSession);

export type NewFlexpriceSession = {
  customerExternalId: string;
  paymentProvider: string;
  createSubscription: {
    planId: string;
    currency: string;
    billingPeriod: string;
    lookupKey?: string | undefined;
    startDate?: Instant | undefined;
    endDate?: Instant | undefined;
    metadata?: MetadataEntry[] | undefined;
  };
  successUrl?: string | undefined;
  failureUrl?: string | undefined;
  cancelUrl?: string | undefined;
  metadata?: MetadataEntry[] | undefined;
};

/** `components`, `addOns`, `metadata` and `paymentMethods` are JSON in Meteroid's own form. */
export type NewMeteroidSession = {
  customerId: string;
  planVersionId: string;
  couponCode?: string | undefined;
  couponIds?: string[] | undefined;
  billingStartDate?: CalendarDate | undefined;
  billingDayAnchor?: number | undefined;
  netTerms?: number | undefined;
  trialDurationDays?: number | undefined;
  endDate?: CalendarDate | undefined;
  expiresInHours?: number | undefined;
  autoAdvanceInvoices?: boolean | undefined;
  chargeAutomatically?: boolean | undefined;
  invoiceMemo?: string | undefined;
  invoiceThreshold?: string | undefined;
  purchaseOrder?: string | undefined;
  components?: unknown;
  addOns?: unknown;
  metadata?: unknown;
  paymentMethods?: unknown;
};

/** What is `unknown` is JSON in Flex's own form. */
export type NewFlexSession = {
  lineItems: { price?: string | undefined; priceData?: unknown; quantity: number }[];
  mode: string;
  successUrl: string;
  cancelUrl?: string | undefined;
  clientReferenceId?: string | undefined;
  customerId?: string | undefined;
  defaults?:
    | {
        email?: string | undefined;
        firstName?: string | undefined;
        lastName?: string | undefined;
        phone?: string | undefined;
        customerId?: string | undefined;
      }
    | undefined;
  allowPromotionCodes?: boolean | undefined;
  captureMethod?: string | undefined;
  paymentMethod?: string | undefined;
  setupFutureUse?: string | undefined;
  subscriptionData?: unknown;
  shippingOptions?: unknown;
  shippingAddressCollection?: boolean | undefined;
  discounts?: unknown;
  fees?: unknown;
  taxRate?: unknown;
  expiresAt?: Instant | undefined;
  metadata?: MetadataEntry[] | undefined;
};

export type UserErrorCode =
  | 'INVALID'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'INVALID_STATE'
  | 'UNSUPPORTED_OPERATION'
  | 'IDEMPOTENCY_CONFLICT'
  | 'PAYMENT_DECLINED';

/** What the caller can mend. */
export type UserError = {
  code: UserErrorCode;
  /** The gateway's own sentence: nothing of what the provider said. */
  message: string;
  /**
   * Path in the input, outermost first: `input`, `session`, `flex`, `lineItems`, `0`, `price`. Null when it is about
   * none in particular.
   */
  field: string[] | null;
};

/** What a provider answered to a change. */
export type ChangeAnswer =
  /** It was done. The session as it is now, where the answer holds it. */
  | { is: 'DONE'; providerId: string; session: CheckoutSession | null }
  /** It was not done, and the caller can mend why. */
  | { is: 'REFUSED'; errors: UserError[] }
  /** Flexprice, asked to create with a key that a session which has not ended already has; it does not tell which. */
  | { is: 'KEY_IN_USE' };

/** What there is to know of a change whose answer did not come. */
export type Unanswered = {
  /** Epoch milliseconds when it was first sent, or may have been. */
  sentAt: number;
  /** Whether a session that was found is known to come from another change. */
  isTaken(providerId: string): Promise<boolean>;
  /**
   * The other creates at this provider whose outcome is not known, from whichever process: a session may come from one of
   * them. Null when they cannot be told.
   */
  rivals(): Promise<NewSession[] | null>;
};

/** What can be found out, without doing anything, about a change that was sent and not answered. */
export type Finding =
  | { is: 'DONE'; providerId: string; session: CheckoutSession | null }
  /** It was not done, and will not be. */
  | { is: 'NOT_DONE' }
  | { is: 'UNKNOWN' };

/** One thing that can be done at a provider. */
export type ChangeHandler<K extends ChangeKind> = {
  /**
   * Sends it, once.
   * @param key the same for every repetition of this change, different for all others; at most 64 URL-safe characters
   * @throws GatewayError with an UPSTREAM_ code, whose `mayHaveHappened` tells whether the change can have been made
   */
  send(change: ChangeOf<K>, key: string, call: CallContext): Promise<ChangeAnswer>;
  /**
   * Milliseconds since it was first sent for which it may be sent again with the same key, because the provider then
   * does it once only; 0 when never.
   */
  resendWithinMs: number;
  /**
   * Looks whether a change was made whose answer did not come.
   * @throws GatewayError when the provider cannot be asked
   */
  find?(change: ChangeOf<K>, unanswered: Unanswered, call: CallContext): Promise<Finding>;
};

/** What a provider can do to sessions; what it cannot is left out. */
export type ChangeHandlers = { [K in ChangeKind]?: ChangeHandler<K> };
