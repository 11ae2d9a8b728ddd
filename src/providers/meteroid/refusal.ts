import { z } from 'zod';
import type { ChangeAnswer } from '../../checkout/change.ts';
import type { UpstreamAnswer } from '../../upstream/index.ts';
import { rejected } from '../bad-response.ts';
import { type FieldNames, namedField } from '../named-field.ts';
import { refused, WHOLE_INPUT } from '../user-error.ts';

/** `{code, message}`. */
const meteroidError = z.object({ code: z.string(), message: z.string().catch('') });

const SESSION = ['input', 'session', 'meteroid'] as const;

const NAMES: FieldNames = {
  customer_id: [...SESSION, 'customerId'],
  customer: [...SESSION, 'customerId'],
  plan_version_id: [...SESSION, 'planVersionId'],
  plan: [...SESSION, 'planVersionId'],
  coupon_code: [...SESSION, 'couponCode'],
  coupon_ids: [...SESSION, 'couponIds'],
  billing_start_date: [...SESSION, 'billingStartDate'],
  billing_day_anchor: [...SESSION, 'billingDayAnchor'],
  net_terms: [...SESSION, 'netTerms'],
  trial_duration_days: [...SESSION, 'trialDurationDays'],
  end_date: [...SESSION, 'endDate'],
  expires_in_hours: [...SESSION, 'expiresInHours'],
  auto_advance_invoices: [...SESSION, 'autoAdvanceInvoices'],
  charge_automatically: [...SESSION, 'chargeAutomatically'],
  invoice_memo: [...SESSION, 'invoiceMemo'],
  invoice_threshold: [...SESSION, 'invoiceThreshold'],
  purchase_order: [...SESSION, 'purchaseOrder'],
  components: [...SESSION, 'components'],
  add_ons: [...SESSION, 'addOns'],
  metadata: [...SESSION, 'metadata'],
  payment_methods_config: [...SESSION, 'paymentMethods'],
};

/**
 * What a refused create means.
 * @throws GatewayError UPSTREAM_ERROR when the caller cannot mend it
 */
export function createRefusal({ status, body }: UpstreamAnswer): ChangeAnswer {
  const error = meteroidError.safeParse(body).data;
  const field = namedField(error?.message ?? '', NAMES) ?? WHOLE_INPUT;
  switch (error?.code) {
    case 'BAD_REQUEST':
      // It has few codes: that a customer or plan does not exist stands in the sentence alone.
      return refused(/\bnot found\b|\bdoes not exist\b/i.test(error.message) ? 'NOT_FOUND' : 'INVALID', field);
    case 'NOT_FOUND':
      return refused('NOT_FOUND', field);
    case 'CONFLICT':
      return refused('ALREADY_EXISTS', field);
  }
  if (status === 413) return refused('INVALID', WHOLE_INPUT);
  throw rejected('METEROID', status);
}
