import { between, hashText, randomOf, weighted } from '../prng.ts';
import { DAY, HOUR, MINUTE } from '../world.ts';
import { type FlexSession, type FlexStore, type Intent, totalOf } from './store.ts';

/** Cards hold an authorisation for a week; after that it has to be asked for anew. */
export const AUTHORISATION_MS = 7 * DAY;

function intentOf(store: FlexStore, session: FlexSession): Intent {
  session.intent ??= { id: store.mint('fpi'), status: 'requires_payment_method' };
  return session.intent;
}

/** The first attempt to pay makes the payment, as far as webhooks tell; a later one goes on with it. */
function attempt(store: FlexStore, session: FlexSession): Intent {
  const intent = intentOf(store, session);
  const first = intent.status === 'requires_payment_method' && intent.lastError === undefined;
  if (first) store.touch(session, 'payment_intent.created');
  return intent;
}

/** Places (or renews) the authorisation of a manual capture. */
export function authorise(store: FlexStore, session: FlexSession): void {
  const intent = intentOf(store, session);
  const now = store.world.clock.now();
  intent.status = 'requires_capture';
  intent.authorisedMs = now;
  delete intent.lastError;
  session.capturable = totalOf(session) - session.received;
  planAuthorisationEnd(store, session);
}

export function planAuthorisationEnd(store: FlexStore, session: FlexSession): void {
  const placedMs = session.intent?.authorisedMs;
  if (placedMs === undefined) return;
  store.world.clock.at(placedMs + AUTHORISATION_MS, () => {
    // A renewal in between has a later end of its own.
    if (session.intent?.authorisedMs !== placedMs || session.capturable === 0) return;
    session.capturable = 0;
    session.intent.status = 'requires_payment_method';
    session.intent.lastError = 'The authorization has expired.';
    store.touch(session, 'payment_intent.updated');
  });
}

/** The money arrives: that of a card at once, that of a bank account after days. */
export function settle(store: FlexStore, session: FlexSession): void {
  const intent = intentOf(store, session);
  intent.status = 'succeeded';
  delete intent.lastError;
  session.received = totalOf(session);
  // `paid`: the money has moved, but the letter of medical necessity is still to come.
  session.status = session.letterRequired ? 'paid' : 'complete';
  store.touch(session, 'payment_intent.succeeded');
}

function payOpen(store: FlexStore, session: FlexSession): void {
  if (session.mode !== 'setup') attempt(store, session);
  if (session.mode === 'setup') {
    session.setupIntent = store.mint('fseti');
    session.status = 'complete';
  } else if (session.captureMethod === 'manual') {
    authorise(store, session);
    session.status = 'complete';
  } else {
    settle(store, session);
  }
  if (session.mode === 'subscription') {
    session.subscription ??= store.mint('fsub');
    session.invoice ??= store.mint('finv');
    store.touch(session, 'customer.subscription.created');
  }
}

/** One step towards the end: an open session is paid, a paid one completed, a payment under way settled. */
export function pay(store: FlexStore, session: FlexSession): boolean {
  if (session.status === 'open') payOpen(store, session);
  else if (session.status === 'paid') session.status = 'complete';
  else return settleLater(store, session);
  if (session.status === 'complete') store.touch(session, 'checkout.session.completed');
  return true;
}

/** A bank debit: the session is complete, and its money on the way. */
export function payLater(store: FlexStore, session: FlexSession): boolean {
  if (session.status !== 'open') return false;
  attempt(store, session).status = 'processing';
  session.status = 'complete';
  store.touch(session, 'checkout.session.completed');
  return true;
}

export function settleLater(store: FlexStore, session: FlexSession): boolean {
  if (session.status !== 'complete' || session.intent?.status !== 'processing') return false;
  settle(store, session);
  store.touch(session, 'checkout.session.async_payment_succeeded');
  return true;
}

/** Flex has no failed sessions: an attempt fails, and the session stays as it was. */
export function fail(store: FlexStore, session: FlexSession): boolean {
  const waits = session.status === 'complete' && session.intent?.status === 'processing';
  if (session.status !== 'open' && !waits) return false;
  const intent = waits ? intentOf(store, session) : attempt(store, session);
  intent.status = 'requires_payment_method';
  intent.lastError = 'Your card was declined.';
  store.touch(session, waits ? 'checkout.session.async_payment_failed' : 'payment_intent.payment_failed');
  return true;
}

export function expire(store: FlexStore, session: FlexSession): boolean {
  if (session.status !== 'open') return false;
  session.status = 'expired';
  session.expiresMs = Math.min(session.expiresMs, store.world.clock.now());
  store.touch(session, 'checkout.session.expired');
  return true;
}

/** Possible as long as no money has moved: what was authorised is released. */
export function cancel(store: FlexStore, session: FlexSession): boolean {
  const authorised = session.status === 'complete' && session.capturable > 0 && session.received === 0;
  if (session.status !== 'open' && !authorised) return false;
  session.status = 'canceled';
  session.capturable = 0;
  if (session.intent !== null) session.intent.status = 'canceled';
  store.touch(session, 'checkout.session.canceled');
  return true;
}

function planCustomer(store: FlexStore, session: FlexSession): void {
  const { clock, seed } = store.world;
  const random = randomOf(seed, 'flex:customer', hashText(session.id));
  const now = Math.max(session.createdMs, clock.now());
  const at = now + between(random, MINUTE, 20 * HOUR);
  const later = between(random, HOUR, 2 * DAY);
  const fate = weighted(random, { pays: 55, debit: 10, retries: 10, leaves: 25 });
  if (session.status === 'paid') clock.at(now + later, () => session.status === 'paid' && pay(store, session));
  if (session.status === 'complete') clock.at(now + later, () => settleLater(store, session));
  if (session.status !== 'open' || fate === 'leaves') return;
  if (fate === 'debit' && session.mode === 'payment' && session.captureMethod === 'automatic') {
    clock.at(at, () => payLater(store, session));
    clock.at(at + later, () => settleLater(store, session));
    return;
  }
  if (fate === 'retries') clock.at(at, () => fail(store, session));
  clock.at(fate === 'retries' ? at + MINUTE : at, () => session.status === 'open' && pay(store, session));
  clock.at(at + later, () => session.status === 'paid' && pay(store, session));
}

/** What will become of a session that has not reached its end. */
export function plan(store: FlexStore, session: FlexSession, withCustomer: boolean): void {
  if (withCustomer) planCustomer(store, session);
  if (session.status === 'open') store.world.clock.at(session.expiresMs, () => expire(store, session));
  if (session.capturable > 0) planAuthorisationEnd(store, session);
}
