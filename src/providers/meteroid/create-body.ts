import type { NewMeteroidSession } from '../../checkout/change.ts';

/** The body of a create. What is JSON in the input goes out as it came in. */
export const createBody = (session: NewMeteroidSession): unknown => ({
  customer_id: session.customerId,
  plan_version_id: session.planVersionId,
  coupon_code: session.couponCode,
  coupon_ids: session.couponIds,
  billing_start_date: session.billingStartDate,
  billing_day_anchor: session.billingDayAnchor,
  net_terms: session.netTerms,
  trial_duration_days: session.trialDurationDays,
  end_date: session.endDate,
  expires_in_hours: session.expiresInHours,
  auto_advance_invoices: session.autoAdvanceInvoices,
  charge_automatically: session.chargeAutomatically,
  invoice_memo: session.invoiceMemo,
  invoice_threshold: session.invoiceThreshold,
  purchase_order: session.purchaseOrder,
  components: session.components,
  add_ons: session.addOns,
  metadata: session.metadata,
  payment_methods_config: session.paymentMethods,
});
