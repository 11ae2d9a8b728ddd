import { globalId } from '../../checkout/global-id.ts';
import type {
  CheckoutSession,
  MeteroidDetails,
  MeteroidPaymentMethods,
  SessionAction,
} from '../../checkout/session.ts';
import { isPayable, type SessionStatus, translate } from '../../checkout/status.ts';
import type { MappingContext } from '../mapping-context.ts';
import type { MeteroidSession } from './wire.ts';

const STATUSES = {
  CREATED: 'OPEN',
  AWAITING_PAYMENT: 'PROCESSING',
  COMPLETED: 'COMPLETED',
  EXPIRED: 'EXPIRED',
  CANCELLED: 'CANCELED',
} as const satisfies Record<string, SessionStatus>;

const toStatus = translate<SessionStatus>(STATUSES, 'UNKNOWN');

/** Meteroid's session as ours. It has no metadata, no amounts and no addresses to return to. */
export function toSession(wire: MeteroidSession, { fetchedAt }: Pick<MappingContext, 'fetchedAt'>): CheckoutSession {
  const status = toStatus(wire.status);
  return {
    id: globalId('METEROID', wire.id),
    provider: 'METEROID',
    providerId: wire.id,
    status,
    providerStatus: wire.status ?? '',
    mode: 'SUBSCRIPTION',
    testMode: null,
    checkoutUrl: isPayable(status) ? (wire.checkout_url ?? null) : null,
    successUrl: null,
    cancelUrl: null,
    failureUrl: null,
    customer: wire.customer_id
      ? { id: wire.customer_id, email: null, firstName: null, lastName: null, phone: null }
      : null,
    amounts: null,
    currency: null,
    subscriptionId: wire.subscription_id ?? null,
    invoiceId: null,
    paymentId: null,
    clientReferenceId: null,
    idempotencyKey: null,
    failureReason: null,
    metadata: [],
    createdAt: wire.created_at ?? null,
    updatedAt: null,
    expiresAt: wire.expires_at ?? null,
    completedAt: wire.completed_at ?? null,
    canceledAt: null,
    isArchived: false,
    availableActions: actionsOf(status),
    fetchedAt,
    details: toDetails(wire),
  };
}

/** Its cancel takes CREATED and AWAITING_PAYMENT, also past `expires_at`. */
const actionsOf = (status: SessionStatus): SessionAction[] => (isPayable(status) ? ['CANCEL'] : []);

function toDetails(wire: MeteroidSession): MeteroidDetails {
  return {
    provider: 'METEROID',
    checkoutType: wire.checkout_type ?? '',
    planVersionId: wire.plan_version_id ?? '',
    billingDayAnchor: wire.billing_day_anchor ?? null,
    billingStartDate: wire.billing_start_date ?? null,
    couponCode: wire.coupon_code ?? null,
    netTerms: wire.net_terms ?? null,
    trialDurationDays: wire.trial_duration_days ?? null,
    paymentMethods: toPaymentMethods(wire.payment_methods_config),
  };
}

function toPaymentMethods(wire: MeteroidSession['payment_methods_config']): MeteroidPaymentMethods | null {
  if (!wire) return null;
  switch (wire.type) {
    case 'online':
      return {
        kind: 'ONLINE',
        card: wire.config?.card?.enabled ?? null,
        directDebit: wire.config?.direct_debit?.enabled ?? null,
      };
    case 'bank_transfer':
      return { kind: 'BANK_TRANSFER', accountId: wire.account_id ?? null };
    // `external`, and every word of tomorrow: what is left of it is its name.
    default:
      return { kind: 'EXTERNAL', type: wire.type };
  }
}
