import type { WebhookReader } from '../../checkout/provider-event.ts';
import { property, sessionSubject, wordOf } from '../event-fields.ts';
import { parseWire } from '../parse-wire.ts';
import { statusOf } from './mapping.ts';
import { flexpriceEventSession } from './wire.ts';

// `checkout.session.completed`; other endpoints of the trade write `checkout_session.completed`.
const OF_SESSION = /^checkout[._]session[._]/;

/** Flexprice's events, sent by Svix: `{event_type, checkout_session}` with a part of the session. */
export const flexpriceWebhook: WebhookReader = {
  tellsOfSessions: true,
  headerFamilies: ['svix', 'webhook'],
  secretPrefixes: ['whsec_'],
  read(body) {
    const type = wordOf(property(body, 'event_type'));
    if (!OF_SESSION.test(type)) return { type, subject: null };
    const wire = parseWire(flexpriceEventSession, property(body, 'checkout_session'), () => {});
    return { type, subject: wire && sessionSubject(wire.id, statusOf(wire)) };
  },
  sessionsOf: async (subject) => (subject.is === 'SESSION' ? [subject.providerId] : []),
};
