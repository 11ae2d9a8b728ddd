import { globalId } from '../../src/checkout/global-id.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import type { IndexedSession } from '../../src/ledger/session-index.ts';

export const START = Date.parse('2026-11-01T12:00:00.000Z');

/** The moment so many milliseconds after the start. */
export const at = (milliseconds: number): string => new Date(START + milliseconds).toISOString();

export const indexed = (providerId: string, values: Partial<IndexedSession> = {}): IndexedSession => ({
  provider: 'FLEXPRICE',
  providerId,
  createdAt: at(0),
  status: 'OPEN',
  customerId: null,
  subscriptionId: null,
  paymentId: null,
  isArchived: false,
  ...values,
});

/** A session of which an index remembers just these values. */
export const sessionOf = ({ customerId, ...values }: IndexedSession): CheckoutSession => ({
  ...values,
  id: globalId(values.provider, values.providerId),
  providerStatus: values.status.toLowerCase(),
  mode: 'SUBSCRIPTION',
  testMode: null,
  checkoutUrl: null,
  successUrl: null,
  cancelUrl: null,
  failureUrl: null,
  customer: customerId === null ? null : { id: customerId, email: null, firstName: null, lastName: null, phone: null },
  amounts: null,
  currency: null,
  invoiceId: null,
  clientReferenceId: null,
  idempotencyKey: null,
  failureReason: null,
  metadata: [],
  updatedAt: null,
  expiresAt: null,
  completedAt: null,
  canceledAt: null,
  availableActions: [],
  fetchedAt: at(0),
  details: {
    provider: 'FLEXPRICE',
    action: null,
    recordStatus: null,
    tenantId: null,
    environmentId: null,
    paymentProvider: null,
    paymentAction: null,
    checkoutInvoiceId: null,
    checkoutPaymentId: null,
    configuration: null,
    result: null,
    providerResult: null,
    createdBy: null,
    updatedBy: null,
  },
});
