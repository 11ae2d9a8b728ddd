import { globalId } from '../../checkout/global-id.ts';
import { metadataEntries } from '../../checkout/metadata.ts';
import type { CheckoutSession, Customer, SessionAmounts } from '../../checkout/session.ts';
import { isPayable, type SessionMode, type SessionStatus, translate } from '../../checkout/status.ts';
import type { MappingContext } from '../mapping-context.ts';
import { actionsOf } from './actions.ts';
import { toDetails } from './details.ts';
import { usd } from './money.ts';
import { referencedId } from './reference.ts';
import type { FlexSession } from './wire.ts';

const STATUSES = {
  open: 'OPEN',
  // The money has moved, and a step is left: a letter of medical necessity, say.
  paid: 'PROCESSING',
  complete: 'COMPLETED',
  canceled: 'CANCELED',
  expired: 'EXPIRED',
} as const satisfies Record<string, SessionStatus>;

const MODES = {
  payment: 'PAYMENT',
  subscription: 'SUBSCRIPTION',
  setup: 'SETUP',
  off_session: 'OFF_SESSION',
} as const satisfies Record<string, SessionMode>;

export const toStatus = translate<SessionStatus>(STATUSES, 'UNKNOWN');
const toMode = translate<SessionMode>(MODES, 'UNKNOWN');

/** Flex's session as ours. */
export function toSession(wire: FlexSession, { fetchedAt, exact }: MappingContext): CheckoutSession {
  const status = toStatus(wire.status);
  return {
    id: globalId('FLEX', wire.checkout_session_id),
    provider: 'FLEX',
    providerId: wire.checkout_session_id,
    status,
    providerStatus: wire.status ?? '',
    mode: toMode(wire.mode),
    testMode: wire.test_mode ?? null,
    checkoutUrl: isPayable(status) ? (wire.redirect_url ?? wire.url ?? null) : null,
    successUrl: wire.success_url ?? null,
    cancelUrl: wire.cancel_url ?? null,
    failureUrl: null,
    customer: toCustomer(wire.customer),
    amounts: toAmounts(wire),
    currency: 'USD',
    subscriptionId: referencedId(wire.subscription, 'subscription_id'),
    invoiceId: referencedId(wire.invoice, 'invoice_id'),
    paymentId: referencedId(wire.payment_intent, 'payment_intent_id'),
    clientReferenceId: wire.client_reference_id ?? null,
    idempotencyKey: null,
    failureReason: null,
    metadata: metadataEntries(wire.metadata, () => exact('metadata')),
    createdAt: wire.created_at ?? null,
    updatedAt: null,
    expiresAt: wire.expires_at ?? null,
    completedAt: null,
    canceledAt: null,
    isArchived: false,
    availableActions: actionsOf(status, wire),
    fetchedAt,
    details: toDetails(wire),
  };
}

function toCustomer(wire: FlexSession['customer']): Customer | null {
  if (wire == null || wire === '') return null;
  if (typeof wire === 'string') return { id: wire, email: null, firstName: null, lastName: null, phone: null };
  return {
    id: wire.customer_id ?? null,
    email: wire.email ?? null,
    firstName: wire.first_name ?? null,
    lastName: wire.last_name ?? null,
    phone: wire.phone ?? null,
  };
}

const toAmounts = (wire: FlexSession): SessionAmounts => ({
  total: usd(wire.amount_total),
  subtotal: usd(wire.amount_subtotal),
  received: usd(wire.amount_received),
  refunded: usd(wire.amount_refunded),
  disputed: usd(wire.amount_disputed),
});
