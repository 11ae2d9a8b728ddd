import type { CallContext } from '../../checkout/provider.ts';
import type { WebhookReader } from '../../checkout/provider-event.ts';
import type { CheckoutSession } from '../../checkout/session.ts';
import { firstId, property, wordOf } from '../event-fields.ts';

// Each session is read again. A subscription that was just made comes from one of the newest.
const MAX_SESSIONS = 100;

/**
 * Meteroid's events, sent by Svix: `{id, type, timestamp, customer_id, subscription_id, …}`. None is about checkout
 * sessions, but a new subscription can come from one of its customer's.
 */
export const createMeteroidWebhook = (
  readOf: (customerId: string, call: CallContext) => Promise<CheckoutSession[] | null>,
): WebhookReader => ({
  // Of checkout sessions it says nothing; that a subscription was created is the nearest.
  tellsOfSessions: false,
  headerFamilies: ['svix', 'webhook'],
  secretPrefixes: ['whsec_'],
  read(body) {
    const type = wordOf(property(body, 'type'));
    const customerId = type === 'subscription.created' ? firstId(property(body, 'customer_id')) : null;
    return { type, subject: customerId === null ? null : { is: 'CUSTOMER', customerId } };
  },
  async sessionsOf(subject, call) {
    if (subject.is === 'SESSION') return [subject.providerId];
    if (subject.is !== 'CUSTOMER') return [];
    // Newest first.
    const sessions = (await readOf(subject.customerId, call)) ?? [];
    return [...new Set(sessions.map(({ providerId }) => providerId))].slice(0, MAX_SESSIONS);
  },
});
