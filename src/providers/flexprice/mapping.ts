import { globalId } from '../../checkout/global-id.ts';
import { metadataEntries } from '../../checkout/metadata.ts';
import type {
  CheckoutSession,
  FlexpriceCreateSubscription,
  FlexpriceDetails,
  FlexpricePaymentAction,
} from '../../checkout/session.ts';
import { isPayable, type SessionMode, type SessionStatus, translate } from '../../checkout/status.ts';
import type { MappingContext } from '../mapping-context.ts';
import type { FlexpriceSession } from './wire.ts';

const STATUSES = {
  initiated: 'OPEN',
  pending: 'OPEN',
  completed: 'COMPLETED',
  expired: 'EXPIRED',
  failed: 'FAILED',
} as const satisfies Record<string, SessionStatus>;

const MODES = {
  create_subscription: 'SUBSCRIPTION',
  modify_subscription: 'SUBSCRIPTION',
  add_addon: 'SUBSCRIPTION',
  wallet_topup: 'PAYMENT',
} as const satisfies Record<string, SessionMode>;

const toStatus = translate<SessionStatus>(STATUSES, 'UNKNOWN');
const toMode = translate<SessionMode>(MODES, 'UNKNOWN');

// The record's own life, beside that of the checkout.
const PUT_AWAY: ReadonlySet<string> = new Set(['archived', 'deleted']);

/** Flexprice's session as ours. */
export function toSession(wire: FlexpriceSession, { fetchedAt, exact }: MappingContext): CheckoutSession {
  const status = statusOf(wire);
  const isArchived = PUT_AWAY.has(wire.status ?? '');
  const result = wire.result?.create_subscription_result;
  const currency = wire.configuration?.create_subscription_params?.currency;
  return {
    id: globalId('FLEXPRICE', wire.id),
    provider: 'FLEXPRICE',
    providerId: wire.id,
    status,
    providerStatus: wire.checkout_status ?? '',
    mode: toMode(wire.action),
    testMode: null,
    checkoutUrl: isPayable(status) ? (wire.payment_action?.url ?? null) : null,
    successUrl: wire.success_url ?? null,
    cancelUrl: wire.cancel_url ?? null,
    failureUrl: wire.failure_url ?? null,
    customer: wire.customer_id
      ? { id: wire.customer_id, email: null, firstName: null, lastName: null, phone: null }
      : null,
    amounts: null,
    currency: currency ? currency.toUpperCase() : null,
    subscriptionId: result?.subscription_id ?? null,
    invoiceId: result?.invoice_id ?? wire.checkout_invoice_id ?? null,
    paymentId: result?.payment_id ?? wire.checkout_payment_id ?? null,
    clientReferenceId: null,
    idempotencyKey: wire.idempotency_key ?? null,
    failureReason: wire.failure_reason ?? null,
    metadata: metadataEntries(wire.metadata, () => exact('metadata')),
    createdAt: wire.created_at ?? null,
    updatedAt: wire.updated_at ?? null,
    expiresAt: wire.expires_at ?? null,
    completedAt: wire.completed_at ?? null,
    canceledAt: wire.cancelled_at ?? null,
    isArchived,
    availableActions: isArchived ? [] : ['DELETE'],
    fetchedAt,
    details: toDetails(wire, exact),
  };
}

/** Flexprice has no word for a canceled checkout: it notes the time and leaves the status open. */
export function statusOf(wire: Pick<FlexpriceSession, 'checkout_status' | 'cancelled_at'>): SessionStatus {
  const status = toStatus(wire.checkout_status);
  return status === 'OPEN' && wire.cancelled_at ? 'CANCELED' : status;
}

function toDetails(wire: FlexpriceSession, exact: MappingContext['exact']): FlexpriceDetails {
  const result = wire.result?.create_subscription_result;
  const provided = wire.provider_result;
  return {
    provider: 'FLEXPRICE',
    action: wire.action ?? null,
    recordStatus: wire.status ?? null,
    tenantId: wire.tenant_id ?? null,
    environmentId: wire.environment_id ?? null,
    paymentProvider: wire.payment_provider ?? null,
    paymentAction: toPaymentAction(wire.payment_action),
    checkoutInvoiceId: wire.checkout_invoice_id ?? null,
    checkoutPaymentId: wire.checkout_payment_id ?? null,
    configuration: wire.configuration ? { createSubscription: toCreateSubscription(wire, exact) } : null,
    result:
      (result && {
        subscriptionId: result.subscription_id ?? null,
        invoiceId: result.invoice_id ?? null,
        paymentId: result.payment_id ?? null,
      }) ||
      null,
    providerResult: provided
      ? {
          providerSessionId: provided.provider_session_id ?? null,
          providerPaymentIntentId: provided.provider_payment_intent_id ?? null,
          expiresAt: provided.expires_at ?? null,
          nextAction: toPaymentAction(provided.next_action),
          metadata: metadataEntries(provided.provider_metadata, () => exact('provider_result', 'provider_metadata')),
        }
      : null,
    createdBy: wire.created_by ?? null,
    updatedBy: wire.updated_by ?? null,
  };
}

function toPaymentAction(wire: FlexpriceSession['payment_action']): FlexpricePaymentAction | null {
  return wire ? { type: wire.type ?? null, url: wire.url ?? null } : null;
}

function toCreateSubscription(
  wire: FlexpriceSession,
  exact: MappingContext['exact'],
): FlexpriceCreateSubscription | null {
  const params = wire.configuration?.create_subscription_params;
  if (!params) return null;
  return {
    planId: params.plan_id ?? null,
    currency: params.currency ?? null,
    billingPeriod: params.billing_period ?? null,
    lookupKey: params.lookup_key ?? null,
    startDate: params.start_date ?? null,
    endDate: params.end_date ?? null,
    metadata: metadataEntries(params.metadata, () => exact('configuration', 'create_subscription_params', 'metadata')),
  };
}
