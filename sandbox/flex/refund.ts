import { Refusal } from '../api.ts';
import { hashText } from '../prng.ts';
import { failure, wrongState } from './errors.ts';
import type { RefundBody } from './input.ts';
import { type FlexSession, type FlexStore, refundedOf } from './store.ts';

/** The sum of a refund by lines: lines, tax and shipping, less the discount that they had. */
function amountByLines(session: FlexSession, input: RefundBody): number {
  let amount = (input.amount_tax ?? 0) + (input.amount_shipping ?? 0) - (input.amount_discount ?? 0);
  for (const wanted of input.line_items ?? []) {
    const line = session.lineItems.find((item) => item.price === wanted.price || item.product === wanted.product);
    if (line === undefined) throw new Refusal(failure(400, 'No such line item.', { param: 'line_items' }));
    if (wanted.amount_to_refund > line.unitAmount * line.quantity) {
      throw new Refusal(
        failure(400, 'More than the line item cost.', { code: 'amount_too_large', param: 'line_items' }),
      );
    }
    amount += wanted.amount_to_refund;
  }
  return amount;
}

/** Cents to give back. @throws Refusal when there is nothing, or not that much, to give back */
export function checkedRefund(session: FlexSession, input: RefundBody): number {
  const left = session.received - refundedOf(session);
  if (session.received === 0) throw wrongState(session.id, `${session.status}, and nothing was received`, 'refund');
  if (left === 0) {
    throw new Refusal(failure(400, 'The session has been refunded already.', { code: 'charge_already_refunded' }));
  }
  const parts = ['line_items', 'amount_tax', 'amount_shipping', 'amount_discount'] as const;
  const byLines = parts.some((part) => input[part] !== undefined);
  const amount = input.amount ?? (byLines ? amountByLines(session, input) : left);
  if (amount < 1 || amount > left) {
    const message = `The amount must be from 1 to ${left}, which is what is left of the payment.`;
    throw new Refusal(failure(400, message, { code: 'amount_too_large', param: 'amount' }));
  }
  return amount;
}

export function recordRefund(store: FlexStore, session: FlexSession, amount: number, input: RefundBody): void {
  session.refunds.push({
    id: store.mint('fre'),
    amount,
    atMs: store.world.clock.now(),
    status: 'succeeded',
    reason: 'requested_by_customer',
    metadata: input.refund_metadata ?? {},
  });
}

/** Which card gets how much back. A split cart was paid from two: the health account gets what its goods cost. */
export function allocate(
  session: FlexSession,
  amount: number,
): { payment_method_id: string; last4: string; amount: number }[] {
  const last4 = (name: string): string => String(hashText(session.id + name) % 10_000).padStart(4, '0');
  const health = { payment_method_id: session.paymentMethod ?? `fpm_${session.id.slice(4)}`, last4: last4('hsa') };
  if (!session.splitCart) return [{ ...health, amount }];
  const eligible = session.lineItems
    .filter((item) => item.eligibility !== 'not_eligible')
    .reduce((total, item) => total + item.unitAmount * item.quantity, 0);
  const first = Math.min(amount, eligible);
  const other = { payment_method_id: `fpm_${session.id.slice(4)}_2`, last4: last4('card'), amount: amount - first };
  return [{ ...health, amount: first }, other].filter((part) => part.amount > 0);
}
