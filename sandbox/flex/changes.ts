import { type Answer, type Call, Refusal } from '../api.ts';
import { failure, noSuchSession, wrongState } from './errors.ts';
import { keyOf } from './idempotency.ts';
import { BODIES, type CaptureBody, readOptionalBody } from './input.ts';
import { authorise, cancel, fail, pay } from './life.ts';
import { allocate, checkedRefund, recordRefund } from './refund.ts';
import { flexJson } from './shape.ts';
import { type FlexSession, type FlexStore, totalOf } from './store.ts';

export function find(store: FlexStore, id: string): FlexSession {
  const session = store.records.get(id);
  if (session === undefined) throw noSuchSession(id);
  return session;
}

function changed(store: FlexStore, session: FlexSession, operation: string, call: Call, ignored: string[]): Answer {
  return {
    status: 200,
    body: { checkout_session: flexJson(session, store.world) },
    effect: { operation, id: session.id, key: keyOf(call.request) },
    ignored,
  };
}

export function cancelCall(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { ignored } = readOptionalBody(BODIES.nothing, call.body());
  if (!cancel(store, session)) throw wrongState(session.id, session.status, 'cancel');
  return changed(store, session, 'cancel', call, ignored);
}

/** What to capture: a sum, some lines, or all that is authorised. */
function captureAmount(session: FlexSession, input: CaptureBody): number {
  if (input.amount !== undefined) return input.amount;
  if (input.line_items === undefined) return session.capturable;
  return input.line_items.reduce((total, wanted) => {
    const line = session.lineItems.find((item) => item.price === wanted.price || item.product === wanted.product);
    if (line === undefined) throw new Refusal(failure(400, 'No such line item.', { param: 'line_items' }));
    return total + (wanted.amount_to_capture ?? line.unitAmount * line.quantity);
  }, 0);
}

export function capture(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { input, ignored } = readOptionalBody(BODIES.capture, call.body());
  if (session.captureMethod !== 'manual' || session.capturable === 0) {
    throw wrongState(session.id, `${session.status}, with nothing to capture`, 'capture');
  }
  const amount = captureAmount(session, input);
  if (amount < 1 || amount > session.capturable) {
    const message = `The amount must be from 1 to ${session.capturable}, which is what is authorized.`;
    throw new Refusal(failure(400, message, { code: 'amount_too_large', param: 'amount' }));
  }
  const atMs = store.world.clock.now();
  session.captures.push({ id: store.mint('fcap'), amount, atMs, status: 'succeeded' });
  session.capturable -= amount;
  session.received += amount;
  if (session.intent !== null && session.capturable === 0) session.intent.status = 'succeeded';
  store.touch(session, 'payment_intent.succeeded');
  return changed(store, session, 'capture', call, ignored);
}

export function refund(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { input, ignored } = readOptionalBody(BODIES.refund, call.body());
  recordRefund(store, session, checkedRefund(session, input), input);
  for (const type of ['refund.created', 'charge.refunded', 'checkout.session.refunded']) store.touch(session, type);
  return changed(store, session, 'refund', call, ignored);
}

/** A preview: nothing moves. */
export function refundAllocation(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { input, ignored } = readOptionalBody(BODIES.refund, call.body());
  return { status: 200, body: { allocations: allocate(session, checkedRefund(session, input)) }, ignored };
}

/** Renews the authorisation of a manual capture, also one that has run out. */
export function reauth(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { ignored } = readOptionalBody(BODIES.nothing, call.body());
  const placed = session.intent?.authorisedMs !== undefined;
  if (session.status !== 'complete' || !placed || session.received >= totalOf(session)) {
    throw wrongState(session.id, session.status, 'reauthorize');
  }
  authorise(store, session);
  store.touch(session, 'payment_intent.updated');
  return changed(store, session, 'reauth', call, ignored);
}

/** Pays with a saved payment method. The only call for which Flex insists on a key; a decline is final. */
export function confirm(store: FlexStore, call: Call): Answer {
  const session = find(store, call.id);
  const { input, ignored } = readOptionalBody(BODIES.confirm, call.body());
  if (session.status !== 'open') throw wrongState(session.id, session.status, 'confirm');
  const method = input.payment_method ?? session.paymentMethod;
  if (method === null) {
    const message = 'The session has no saved payment method to confirm with.';
    throw new Refusal(failure(400, message, { code: 'payment_method_missing', param: 'payment_method' }));
  }
  session.paymentMethod = method;
  if (/declined/.test(method)) {
    fail(store, session);
    throw new Refusal(failure(402, 'Your card was declined.', { code: 'card_declined' }));
  }
  pay(store, session);
  return changed(store, session, 'confirm', call, ignored);
}
