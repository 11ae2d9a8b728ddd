import type { Json } from '../provider.ts';
import { freshId, type WebhookFace } from '../webhooks/message.ts';
import type { World } from '../world.ts';
import { flexJson, flexTime, intentJson, movementJson } from './shape.ts';
import { type FlexSession, type FlexStore, refundedOf } from './store.ts';

/** Of other changes (created, canceled, an authorisation that ends, a card that is declined) Flex tells nothing. */
const TYPES = new Set([
  ...['completed', 'expired', 'async_payment_succeeded', 'async_payment_failed', 'refunded'].map(
    (word) => `checkout.session.${word}`,
  ),
  ...['payment_intent.created', 'payment_intent.succeeded', 'refund.created', 'charge.refunded'],
  'customer.subscription.created',
]);

function refundJson(session: FlexSession): Json | undefined {
  const last = session.refunds.at(-1);
  if (last === undefined) return undefined;
  return { ...movementJson('refund', last), payment_intent: session.intent?.id ?? null, test_mode: true };
}

function chargeJson(session: FlexSession): Json | undefined {
  if (session.intent === null) return undefined;
  const amount_refunded = refundedOf(session);
  return {
    charge_id: `fch_${session.intent.id.slice(4)}`,
    amount: session.received,
    amount_refunded,
    refunded: amount_refunded === session.received,
    payment_intent: session.intent.id,
    customer: session.customer?.id ?? null,
    status: session.intent.status,
    test_mode: true,
  };
}

function subscriptionJson(session: FlexSession): Json | undefined {
  if (session.subscription === null) return undefined;
  const customer = session.customer?.id ?? null;
  return { subscription_id: session.subscription, customer, status: 'active', test_mode: true };
}

/** What an event is about. Only those about checkouts hold the session; none of the others names it. */
function objectOf(type: string, session: FlexSession, world: World): Json | undefined {
  if (type.startsWith('payment_intent.')) return intentJson(session);
  if (type.startsWith('refund.')) return refundJson(session);
  if (type.startsWith('charge.')) return chargeJson(session);
  if (type.startsWith('customer.subscription.')) return subscriptionJson(session);
  return flexJson(session, world);
}

export function webhooksOf(store: FlexStore): WebhookFace {
  const { world } = store;
  return {
    sends: (type) => TYPES.has(type),
    message: (type, id) => {
      const session = store.records.get(id);
      const object = session === undefined ? undefined : objectOf(type, session, world);
      if (object === undefined) return undefined;
      const underscored = world.switches.flexEventTypes === 'underscored';
      const event_type = underscored ? type.replace(/^checkout\.session\./, 'checkout_session.') : type;
      const nowMs = world.clock.now();
      const event_dt = new Date(nowMs).toISOString();
      const about = { event_id: freshId('fevt'), event_type, object, event_dt, test_mode: true };
      return { type: event_type, body: { event: { ...about, created_at: flexTime(nowMs, world) } } };
    },
  };
}
