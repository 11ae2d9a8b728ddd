import type { ChangeOf } from '../../checkout/change.ts';
import { metadataObject } from '../new-session.ts';

// Amounts are whole US cents. An empty body stands for everything: all that is authorised, all that is left.

export const captureBody = ({ amount, lineItems }: ChangeOf<'CAPTURE'>): unknown => ({ amount, line_items: lineItems });

export const refundBody = (refund: ChangeOf<'REFUND'>): unknown => ({
  amount: refund.amount,
  line_items: refund.lineItems?.map(({ price, product, amount }) => ({ price, product, amount_to_refund: amount })),
  amount_tax: refund.tax,
  amount_shipping: refund.shipping,
  amount_discount: refund.discount,
  refund_metadata: metadataObject(refund.metadata),
});

export const confirmBody = ({ paymentMethod }: ChangeOf<'CONFIRM'>): unknown => ({ payment_method: paymentMethod });
