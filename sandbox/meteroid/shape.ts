import { createHmac } from 'node:crypto';
import { patched } from '../records.ts';
import { chronoTime } from '../time.ts';
import { isOpen, type MeteroidSession, type MeteroidStore } from './store.ts';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = base64({ typ: 'JWT', alg: 'HS256' });

/** A signed link, minted anew at each read; none any more once the session's time is over, whatever its status. */
function checkoutUrl(store: MeteroidStore, session: MeteroidSession): string | null {
  const now = store.world.clock.now();
  if (!isOpen(session) || (session.expiresMs !== null && session.expiresMs <= now)) return null;
  const claims = { sid: session.id, iat: Math.floor(now / 1000), jti: store.nextToken() };
  const signed = `${HEADER}.${base64(claims)}`;
  const signature = createHmac('sha256', 'sandbox').update(signed).digest('base64url');
  return `https://checkout.meteroid.example/checkout?token=${signed}.${signature}`;
}

/** A session without its envelope. Every property is there; what has no value is null. */
export function meteroidJson(store: MeteroidStore, session: MeteroidSession): Record<string, unknown> {
  const time = (ms: number | null): string | null => (ms === null ? null : chronoTime(ms, session.micros));
  const json = {
    id: session.id,
    customer_id: session.customerId,
    plan_version_id: session.planVersionId,
    status: session.status,
    checkout_type: session.checkoutType,
    checkout_url: checkoutUrl(store, session),
    billing_start_date: session.billingStartDate,
    billing_day_anchor: session.billingDayAnchor,
    net_terms: session.netTerms,
    trial_duration_days: session.trialDurationDays,
    coupon_code: session.couponCode,
    payment_methods_config: session.paymentMethodsConfig,
    subscription_id: session.subscriptionId,
    created_at: time(session.createdMs),
    expires_at: time(session.expiresMs),
    completed_at: time(session.completedMs),
  };
  return patched(json, session.patch);
}

/** The same as text. Kept for ended sessions: a list is everything there is, and must not be made anew each time. */
export function meteroidText(store: MeteroidStore, session: MeteroidSession): string {
  if (isOpen(session)) return JSON.stringify(meteroidJson(store, session));
  session.text ??= JSON.stringify(meteroidJson(store, session));
  return session.text;
}
