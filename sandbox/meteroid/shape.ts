import { createHmac } from 'node:crypto';
import { patched } from '../records.ts';
import { chronoTime } from '../time.ts';
import { isOpen, type MeteroidSession, type MeteroidStore } from './store.ts';

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const HEADER = base64({ typ: 'JWT', alg: 'HS256' });

/** Signs links. One for each answer, because a list of many open sessions has many links, and signing takes time. */
export type Minter = (session: MeteroidSession) => string;

export function minterOf(store: MeteroidStore): Minter {
  const iat = Math.floor(store.world.clock.now() / 1000);
  const jti = store.nextToken();
  const signature = createHmac('sha256', 'sandbox').update(`${iat}.${jti}`).digest('base64url');
  return ({ id }) => `${HEADER}.${base64({ sid: id, iat, jti })}.${signature}`;
}

/** A link with a token minted anew at each read; none any more once the session's time is over, whatever its status. */
function checkoutUrl(store: MeteroidStore, session: MeteroidSession, mint: Minter): string | null {
  const over = session.expiresMs !== null && session.expiresMs <= store.world.clock.now();
  return isOpen(session) && !over ? `https://checkout.meteroid.example/checkout?token=${mint(session)}` : null;
}

function unsignedJson(session: MeteroidSession): Record<string, unknown> {
  const time = (ms: number | null): string | null => (ms === null ? null : chronoTime(ms, session.micros));
  return {
    id: session.id,
    customer_id: session.customerId,
    plan_version_id: session.planVersionId,
    status: session.status,
    checkout_type: session.checkoutType,
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
}

/** A session without its envelope. Every property is there; what has no value is null. */
export function meteroidJson(
  store: MeteroidStore,
  session: MeteroidSession,
  mint = minterOf(store),
): Record<string, unknown> {
  return patched({ ...unsignedJson(session), checkout_url: checkoutUrl(store, session, mint) }, session.patch);
}

/** The same as text. All but the link is kept: a list is everything there is, and must not be made anew each time. */
export function meteroidText(store: MeteroidStore, session: MeteroidSession, mint: Minter): string {
  if (session.patch !== undefined) return JSON.stringify(meteroidJson(store, session, mint));
  session.text ??= JSON.stringify(unsignedJson(session)).slice(0, -1);
  return `${session.text},"checkout_url":${JSON.stringify(checkoutUrl(store, session, mint))}}`;
}
