import { base62 } from '../ids.ts';
import { between, hashText, randomOf, weighted } from '../prng.ts';
import { DAY, HOUR, MINUTE } from '../world.ts';
import { isOpen, type MeteroidSession, type MeteroidStore } from './store.ts';

/** How often the job runs that ends overdue sessions and deletes old ones. */
export const JOB_PERIOD_MS = 5 * MINUTE;
/** How long an expired session is kept. Meteroid does not say; a month is long enough to be seen in a list. */
export const RETENTION_MS = 30 * DAY;

/** The first run of the job at or after a moment. Runs are counted from the start (the first comes half a period later),
 * so that what becomes of a session does not depend on the day. */
function jobRun(store: MeteroidStore, atMs: number): number {
  const first = store.world.clock.startMs + JOB_PERIOD_MS / 2;
  return first + Math.ceil((atMs - first) / JOB_PERIOD_MS) * JOB_PERIOD_MS;
}

/** @returns whether the session was still open, and so could be paid */
export function pay(store: MeteroidStore, session: MeteroidSession): boolean {
  if (!isOpen(session)) return false;
  session.status = 'COMPLETED';
  session.completedMs = store.world.clock.now();
  session.subscriptionId ??= `sub_${base62(randomOf(store.world.seed, 'meteroid:paid', hashText(session.id)))}`;
  store.touch(session, 'subscription.created');
  return true;
}

/** A first attempt failed, or an asynchronous payment began: both wait for money. */
export function awaitPayment(store: MeteroidStore, session: MeteroidSession): boolean {
  if (!isOpen(session)) return false;
  session.status = 'AWAITING_PAYMENT';
  store.touch(session, 'awaiting_payment');
  return true;
}

/** Only CREATED sessions expire; one that awaits its payment goes on waiting. */
export function expire(store: MeteroidStore, session: MeteroidSession): boolean {
  if (session.status !== 'CREATED') return false;
  const now = store.world.clock.now();
  session.status = 'EXPIRED';
  session.expiresMs = Math.min(session.expiresMs ?? now, now);
  store.touch(session, 'expired');
  planDeletion(store, session);
  return true;
}

export function cancel(store: MeteroidStore, session: MeteroidSession): boolean {
  if (!isOpen(session)) return false;
  session.status = 'CANCELLED';
  store.touch(session, 'cancelled');
  return true;
}

/** Expired sessions do not stay for ever. */
export function planDeletion(store: MeteroidStore, session: MeteroidSession): void {
  const overMs = session.expiresMs ?? session.createdMs;
  store.world.clock.at(jobRun(store, overMs + RETENTION_MS), () => store.records.remove(session.id));
}

/** What will become of an open session: a customer, an asynchronous payment, the expiry job. */
export function plan(store: MeteroidStore, session: MeteroidSession, withCustomer: boolean): void {
  const { clock, seed } = store.world;
  if (withCustomer) {
    const random = randomOf(seed, 'meteroid:customer', hashText(session.id));
    const now = Math.max(session.createdMs, clock.now());
    const span = Math.max(2, Math.min((session.expiresMs ?? now + 6 * HOUR) - now, 6 * HOUR));
    const at = now + between(random, 1, span - 1);
    const settles = at + between(random, HOUR, 3 * DAY);
    const fate = weighted(random, { pays: 50, debit: 15, retries: 10, leaves: 25 });
    if (session.status === 'AWAITING_PAYMENT') clock.at(settles, () => pay(store, session));
    else if (fate === 'pays') clock.at(at, () => pay(store, session));
    else if (fate !== 'leaves') {
      clock.at(at, () => awaitPayment(store, session));
      clock.at(fate === 'debit' ? settles : at + HOUR, () => pay(store, session));
    }
  }
  // The job notices later: until then the session says CREATED, although its link is gone already.
  if (session.expiresMs !== null) clock.at(jobRun(store, session.expiresMs), () => expire(store, session));
}
