import type { Json } from '../provider.ts';
import type { WebhookFace } from '../webhooks/message.ts';
import { flexpriceJson } from './shape.ts';
import type { FlexpriceStore } from './store.ts';

const TYPES = new Set(['initiated', 'completed', 'failed', 'expired'].map((word) => `checkout.session.${word}`));

/** The part of a session that webhooks hold. When it was made is not among it. */
const PART = [
  ...['id', 'customer_id', 'action', 'checkout_status', 'payment_provider', 'checkout_invoice_id'],
  ...['checkout_payment_id', 'failure_reason', 'expires_at', 'completed_at', 'cancelled_at', 'payment_action'],
];

export function webhooksOf(store: FlexpriceStore): WebhookFace {
  return {
    sends: (type) => TYPES.has(type),
    message: (type, id) => {
      const session = store.records.get(id);
      if (session === undefined) return undefined;
      const whole: Json = flexpriceJson(session, store.world);
      const part = PART.filter((name) => name in whole).map((name) => [name, whole[name]]);
      return { type, body: { event_type: type, checkout_session: Object.fromEntries(part) } };
    },
  };
}
