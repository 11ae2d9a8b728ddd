import { ulid } from '../ids.ts';
import { hashText, randomOf } from '../prng.ts';
import { patched } from '../records.ts';
import { goTime } from '../time.ts';
import type { World } from '../world.ts';
import type { FlexpriceSession } from './store.ts';

/** The hosted page: mostly a payment link, now and then a checkout. */
function linkOf({ id }: FlexpriceSession): { type: string; url: string } {
  const code = id.slice(-14);
  if (hashText(id) % 8 > 0) return { type: 'payment_link', url: `https://checkout.razorpay.example/pl/plink_${code}` };
  return { type: 'checkout_url', url: `https://checkout.razorpay.example/session/cos_${code}` };
}

/** Documented, but stripped by today's server because they can hold gateway tokens. */
function results(session: FlexpriceSession): Record<string, unknown> {
  const action = session.hasLink ? linkOf(session) : undefined;
  return {
    result:
      session.subscriptionId === undefined
        ? undefined
        : {
            create_subscription_result: {
              subscription_id: session.subscriptionId,
              invoice_id: session.invoiceId,
              payment_id: session.paymentId,
            },
          },
    provider_result:
      action === undefined
        ? undefined
        : {
            provider_session_id: action.url.slice(action.url.lastIndexOf('/') + 1),
            next_action: action,
            provider_metadata: { gateway: 'razorpay', mode: 'test' },
          },
  };
}

/** The bare object that Flexprice answers: no envelope, and what is not there is left out, never null. */
export function flexpriceJson(session: FlexpriceSession, world: World): Record<string, unknown> {
  const time = (ms: number | undefined): string | undefined =>
    ms === undefined ? undefined : goTime(ms, session.micros);
  const tenant = randomOf(world.seed, 'flexprice:tenant');
  const json = {
    id: session.id,
    tenant_id: `tenant_${ulid(tenant)}`,
    environment_id: `env_${ulid(tenant)}`,
    customer_id: session.customerId,
    action: session.action,
    checkout_status: session.checkoutStatus,
    status: session.status,
    payment_provider: 'razorpay',
    configuration: session.configuration,
    ...session.given,
    payment_action: session.hasLink ? linkOf(session) : undefined,
    expires_at: time(session.expiresMs),
    completed_at: time(session.completedMs),
    cancelled_at: time(session.cancelledMs),
    failure_reason: session.failureReason,
    checkout_invoice_id: session.invoiceId,
    checkout_payment_id: session.paymentId,
    created_at: time(session.createdMs),
    updated_at: time(session.updatedMs),
    created_by: `user_${ulid(tenant)}`,
    updated_by: `user_${ulid(tenant)}`,
    ...(world.switches.flexpriceResults ? results(session) : {}),
  };
  return patched(json, session.patch);
}
