import type { Json } from '../provider.ts';
import { patched } from '../records.ts';
import { freshId, type WebhookFace } from '../webhooks/message.ts';
import type { MeteroidSession, MeteroidStore } from './store.ts';

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

/** What Meteroid tells of a subscription: nothing that names the checkout session. What has no value is left out. */
function subscription(store: MeteroidStore, session: MeteroidSession, shown: Json): Json {
  const person = store.world.people.find(session.customerId);
  const startMs = session.completedMs ?? store.world.clock.now();
  const trial = session.trialDurationDays;
  return {
    subscription_id: shown.subscription_id,
    customer_id: shown.customer_id,
    ...(person === undefined ? {} : { customer_alias: person.externalId }),
    customer_name: person === undefined ? 'Somebody' : `${person.firstName} ${person.lastName}`,
    billing_day_anchor: session.billingDayAnchor ?? new Date(startMs).getUTCDate(),
    currency: 'USD',
    ...(trial === null ? {} : { trial_duration: trial }),
    start_date: day(startMs),
    billing_start_date: session.billingStartDate ?? day(startMs),
    plan_name: 'Team',
    version: 1,
    created_at: new Date(startMs).toISOString(),
    net_terms: session.netTerms ?? 0,
    activated_at: new Date(startMs).toISOString(),
    mrr_cents: 4900,
    period: 'MONTHLY',
    status: trial === null ? 'ACTIVE' : 'TRIAL_ACTIVE',
  };
}

/** Meteroid has no webhook about checkouts: that a subscription is there now is the nearest. */
export function webhooksOf(store: MeteroidStore): WebhookFace {
  return {
    sends: (type) => type === 'subscription.created',
    message: (type, id) => {
      const session = store.records.get(id);
      if (session === undefined) return undefined;
      const { customerId: customer_id, subscriptionId: subscription_id, patch } = session;
      const shown = patched({ customer_id, subscription_id }, patch);
      if ((shown.subscription_id ?? null) === null) return undefined;
      const timestamp = new Date(store.world.clock.now()).toISOString();
      return { type, body: { id: freshId('evt'), type, ...subscription(store, session, shown), timestamp } };
    },
  };
}
