import type { ProviderName } from '../../src/checkout/session.ts';
import type { SessionMode, SessionStatus } from '../../src/checkout/status.ts';

/** What the one suite needs to know of each provider. A new provider adds its case and gets the whole suite. */
export type ContractCase = {
  name: ProviderName;
  /** As the sandbox calls it. */
  sandboxName: 'flexprice' | 'meteroid' | 'flex';
  idProperty: string;
  statusProperty: string;
  sessionPath: string;
  /** Each word the provider documents, and ours. */
  statuses: Record<string, SessionStatus>;
  /** The properties that make a session of each mode. */
  modes: [Record<string, string>, SessionMode][];
  /** All that the contract lets a provider leave out. */
  optional: string[];
  /** A session's JSON as the answer to a GET has it. */
  envelope: (session: string) => string;
  /** Answers to a GET that are no session. */
  wrongEnvelopes: unknown[];
  deletes: boolean;
};

export const CASES: ContractCase[] = [
  {
    name: 'FLEXPRICE',
    sandboxName: 'flexprice',
    idProperty: 'id',
    statusProperty: 'checkout_status',
    sessionPath: '/v1/checkout/sessions/',
    statuses: { initiated: 'OPEN', pending: 'OPEN', completed: 'COMPLETED', expired: 'EXPIRED', failed: 'FAILED' },
    modes: [
      [{ action: 'create_subscription' }, 'SUBSCRIPTION'],
      [{ action: 'modify_subscription' }, 'SUBSCRIPTION'],
      [{ action: 'add_addon' }, 'SUBSCRIPTION'],
      [{ action: 'wallet_topup' }, 'PAYMENT'],
      [{ action: 'gift_card' }, 'UNKNOWN'],
    ],
    optional: [
      'action',
      'cancel_url',
      'checkout_status',
      'configuration',
      'created_at',
      'created_by',
      'customer_id',
      'environment_id',
      'expires_at',
      'metadata',
      'payment_action',
      'payment_provider',
      'status',
      'success_url',
      'failure_url',
      'tenant_id',
      'updated_at',
      'updated_by',
    ],
    envelope: (session) => session,
    wrongEnvelopes: [[], 'text', 7, null, { session: { id: 'x' } }, { id: 7 }, { id: '' }],
    deletes: true,
  },
  {
    name: 'METEROID',
    sandboxName: 'meteroid',
    idProperty: 'id',
    statusProperty: 'status',
    sessionPath: '/api/v1/checkout-sessions/',
    statuses: {
      CREATED: 'OPEN',
      AWAITING_PAYMENT: 'PROCESSING',
      COMPLETED: 'COMPLETED',
      EXPIRED: 'EXPIRED',
      CANCELLED: 'CANCELED',
    },
    modes: [
      [{ checkout_type: 'ADDON_PURCHASE' }, 'SUBSCRIPTION'],
      [{ checkout_type: 'TOMORROW' }, 'SUBSCRIPTION'],
    ],
    optional: [
      'billing_day_anchor',
      'billing_start_date',
      'checkout_type',
      'checkout_url',
      'completed_at',
      'coupon_code',
      'created_at',
      'customer_id',
      'expires_at',
      'net_terms',
      'payment_methods_config',
      'plan_version_id',
      'status',
      'subscription_id',
      'trial_duration_days',
    ],
    envelope: (session) => `{"session":${session}}`,
    wrongEnvelopes: [
      [],
      'text',
      7,
      null,
      {},
      { session: null },
      { session: [] },
      { session: { status: 'CREATED' } },
      { id: 'che_1' },
    ],
    deletes: false,
  },
  {
    name: 'FLEX',
    sandboxName: 'flex',
    idProperty: 'checkout_session_id',
    statusProperty: 'status',
    sessionPath: '/v1/checkout/sessions/',
    statuses: { open: 'OPEN', paid: 'PROCESSING', complete: 'COMPLETED', canceled: 'CANCELED', expired: 'EXPIRED' },
    modes: [
      [{ mode: 'payment' }, 'PAYMENT'],
      [{ mode: 'subscription' }, 'SUBSCRIPTION'],
      [{ mode: 'setup' }, 'SETUP'],
      [{ mode: 'off_session' }, 'OFF_SESSION'],
      [{ mode: 'layaway' }, 'UNKNOWN'],
    ],
    optional: [
      'allow_promotion_codes',
      'amount_total',
      'amount_subtotal',
      'amount_received',
      'amount_refunded',
      'amount_disputed',
      'cancel_url',
      'captures',
      'capture_method',
      'client_reference_id',
      'created_at',
      'customer',
      'defaults',
      'disputes',
      'expires_at',
      'fees',
      'hsa_fsa_eligible',
      'invoice',
      'letter_of_medical_necessity_required',
      'metadata',
      'mode',
      'origin',
      'payment_intent',
      'payment_intents',
      'redirect_url',
      'refunds',
      'setup_intent',
      'shipping_options',
      'shipping_details',
      'status',
      'success_url',
      'custom_text',
      'subscription_data',
      'tax_rate',
      'tax_calculation_mode',
      'test_mode',
      'total_details',
      'visit_type',
      'payment_method_options',
      'platform_fees',
      'url',
      'subscription',
      'split_cart',
    ],
    envelope: (session) => `{"checkout_session":${session}}`,
    wrongEnvelopes: [
      [],
      'text',
      7,
      null,
      {},
      { checkout_session: null },
      { checkout_session: {} },
      { checkout_session: { id: 'fcs_1' } },
      { checkout_session_id: 'fcs_1' },
    ],
    deletes: false,
  },
];
