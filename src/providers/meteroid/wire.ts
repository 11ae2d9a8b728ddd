import { z } from 'zod';
import { calendarDate, flag, instant, integer, list, sessionId, text, webUrl } from '../wire-types.ts';

// The JSON of Meteroid's checkout API. What is absent is null. Its contract requires more than the id, but nothing of
// that is worth losing a session for.

const onlineMethod = z.object({ enabled: flag }).nullish();

/** Tagged by `type`: `online`, `bank_transfer`, `external`, or a word of tomorrow. */
const paymentMethods = z
  .object({
    type: z.string(),
    config: z.object({ card: onlineMethod, direct_debit: onlineMethod }).nullish(),
    account_id: text,
  })
  .nullish();

export const meteroidSession = z.object({
  id: sessionId,
  billing_day_anchor: integer,
  billing_start_date: calendarDate,
  checkout_type: text,
  checkout_url: webUrl,
  completed_at: instant,
  coupon_code: text,
  created_at: instant,
  customer_id: text,
  expires_at: instant,
  net_terms: integer,
  payment_methods_config: paymentMethods,
  plan_version_id: text,
  status: text,
  subscription_id: text,
  trial_duration_days: integer,
});

/** `{session}`: of get, create and cancel. */
export const meteroidSessionEnvelope = z.object({ session: z.unknown() });

// More do not fit into the 8 MiB of an answer, unless next to nothing stands in them.
const MAX_SESSIONS = 25_000;

/** `{sessions}`: of the list. */
export const meteroidListEnvelope = z.object({ sessions: list(z.unknown(), MAX_SESSIONS) });

export type MeteroidSession = z.infer<typeof meteroidSession>;
