import { NO_EXPANSION } from '../../checkout/provider.ts';
import type { EventSubject, WebhookReader } from '../../checkout/provider-event.ts';
import { firstId, property, referredId, sessionSubject, wordOf } from '../event-fields.ts';
import type { FlexListQuery } from './client.ts';
import type { ReadFlexPage } from './listing.ts';
import { toStatus } from './mapping.ts';

// The longest page; no payment or subscription is of more sessions.
const LIMIT = 100;

// What `object` is, by how the type begins. Flex has written both `checkout.session.` and `checkout_session.`.
const OF_SESSION = /^checkout[._]session[._]/;
const OF_PAYMENT = /^payment_intent\./;
/** A charge, a refund or a dispute. */
const OF_PART_OF_PAYMENT = /^(?:charge|refund)\./;
const OF_SUBSCRIPTION = /^customer\.subscription\./;

const SESSION_IDS = ['checkout_session_id', 'id'] as const;
const PAYMENT_IDS = ['payment_intent_id', 'id'] as const;

/** Flex's events, sent by Svix: `{event: {event_id, event_type, object, …}}`, or what is in it alone. */
export const createFlexWebhook = (readPage: ReadFlexPage): WebhookReader => ({
  tellsOfSessions: true,
  headerFamilies: ['svix', 'webhook', 'flex-event'],
  secretPrefixes: ['fwhsec_', 'whsec_'],
  read(body) {
    const event = property(body, 'event') ?? body;
    const type = wordOf(property(event, 'event_type'));
    return { type, subject: subjectOf(type, property(event, 'object')) };
  },
  async sessionsOf(subject, call) {
    if (subject.is === 'SESSION') return [subject.providerId];
    const query = queryOf(subject);
    if (!query) return [];
    const sessions = await readPage({ ...query, limit: LIMIT }, NO_EXPANSION, call);
    return [...new Set(sessions?.map(({ providerId }) => providerId))];
  },
});

function queryOf(subject: EventSubject): FlexListQuery | null {
  if (subject.is === 'PAYMENT') return { payment_intent: subject.paymentId };
  return subject.is === 'SUBSCRIPTION' ? { subscription: subject.subscriptionId } : null;
}

function subjectOf(type: string, object: unknown): EventSubject | null {
  if (OF_SESSION.test(type)) {
    const session = property(object, 'checkout_session') ?? object;
    return sessionSubject(referredId(session, ...SESSION_IDS), toStatus(wordOf(property(session, 'status'))));
  }
  if (OF_SUBSCRIPTION.test(type)) {
    const subscription = property(object, 'subscription') ?? object;
    const subscriptionId = referredId(subscription, 'subscription_id', 'id');
    return subscriptionId === null ? null : { is: 'SUBSCRIPTION', subscriptionId };
  }
  if (OF_PAYMENT.test(type)) return paymentSubject(property(object, 'payment_intent') ?? object, object);
  // Its own id is that of the charge, the refund or the dispute.
  return OF_PART_OF_PAYMENT.test(type) ? paymentSubject(property(object, 'payment_intent'), object) : null;
}

/** The session itself where the object names it: that saves a call. */
function paymentSubject(payment: unknown, object: unknown): EventSubject | null {
  const named = [object, payment].map((one) =>
    firstId(referredId(property(one, 'checkout_session'), ...SESSION_IDS), property(one, 'checkout_session_id')),
  );
  const session = sessionSubject(firstId(...named));
  if (session) return session;
  const paymentId = firstId(referredId(payment, ...PAYMENT_IDS), property(object, 'payment_intent_id'));
  return paymentId === null ? null : { is: 'PAYMENT', paymentId };
}
