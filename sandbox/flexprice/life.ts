import { ulid } from '../ids.ts';
import { between, chance, hashText, pick, type Random, randomOf } from '../prng.ts';
import { MINUTE } from '../world.ts';
import { type FlexpriceSession, type FlexpriceStore, isActive } from './store.ts';

export const FAILURE_REASONS = ['payment declined by the bank', 'UPI request timed out', 'payment link cancelled'];

/** initiated → pending: the provider has made the hosted link. */
export function giveLink(store: FlexpriceStore, session: FlexpriceSession): void {
  if (session.checkoutStatus !== 'initiated') return;
  session.checkoutStatus = 'pending';
  session.hasLink = true;
  // Only now, not when the row is made: the event tells the link.
  store.touch(session, 'initiated');
}

/** Sets what a completed session has: the apply step makes subscription, invoice and payment. */
export function applyCompletion(session: FlexpriceSession, atMs: number, random: Random): void {
  session.checkoutStatus = 'completed';
  session.completedMs = atMs;
  session.invoiceId = `inv_${ulid(random)}`;
  session.paymentId = `pay_${ulid(random)}`;
  if (session.action === 'create_subscription') session.subscriptionId = `subs_${ulid(random)}`;
}

/** @returns whether the session was still active, and so could be paid */
export function pay(store: FlexpriceStore, session: FlexpriceSession): boolean {
  if (!isActive(session)) return false;
  giveLink(store, session);
  const random = randomOf(store.world.seed, 'flexprice:paid', hashText(session.id));
  applyCompletion(session, store.world.clock.now(), random);
  store.touch(session, 'completed');
  return true;
}

export function fail(store: FlexpriceStore, session: FlexpriceSession, reason = FAILURE_REASONS[0]): boolean {
  if (!isActive(session)) return false;
  session.checkoutStatus = 'failed';
  if (reason !== undefined) session.failureReason = reason;
  store.touch(session, 'failed');
  return true;
}

export function expire(store: FlexpriceStore, session: FlexpriceSession): boolean {
  if (!isActive(session)) return false;
  session.checkoutStatus = 'expired';
  store.touch(session, 'expired');
  return true;
}

/** Cancelling is a mark on the session; its checkout_status stays what it was. */
export function cancel(store: FlexpriceStore, session: FlexpriceSession): boolean {
  if (!isActive(session) || session.cancelledMs !== undefined) return false;
  session.cancelledMs = store.world.clock.now();
  store.touch(session);
  return true;
}

/** What will become of an active session: its link, its end, and a customer who may pay before that. */
export function plan(store: FlexpriceStore, session: FlexpriceSession, withCustomer: boolean): void {
  const { clock, seed, switches } = store.world;
  if (session.checkoutStatus === 'initiated') {
    clock.at(session.createdMs + switches.flexpriceLinkDelayMs, () => giveLink(store, session));
  }
  if (withCustomer) {
    const random = randomOf(seed, 'flexprice:customer', hashText(session.id));
    const at = Math.max(session.createdMs, clock.now()) + between(random, MINUTE / 2, 12 * MINUTE);
    const pays = chance(random, 0.7);
    const reason = pick(random, FAILURE_REASONS);
    if (pays) clock.at(at, () => session.cancelledMs === undefined && pay(store, session));
    else if (chance(random, 0.4)) clock.at(at, () => fail(store, session, reason));
  }
  // The expiry is a timer, not a job: it strikes at the very moment.
  clock.at(session.expiresMs, () => expire(store, session));
}
