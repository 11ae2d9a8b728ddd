import { ControlError, type Handles, type Json } from '../provider.ts';
import { mergePatch } from '../records.ts';
import { readTime } from '../time.ts';
import { customerOfId, customerOfPerson } from './customer.ts';
import { cancel, expire, fail, pay, plan } from './life.ts';
import { flexJson } from './shape.ts';
import { type Customer, type FlexSession, type FlexStore, totalOf } from './store.ts';

const textOr = <T>(value: unknown, fallback: T): string | T => (typeof value === 'string' ? value : fallback);
const isCents = (value: unknown): value is number => Number.isInteger(value) && Number(value) >= 0;

function customerFor(store: FlexStore, id: unknown): Customer | null {
  if (typeof id !== 'string') return null;
  const person = store.world.people.find(id);
  return customerOfId(id, person === undefined ? {} : customerOfPerson(person));
}

/** Overrides that the store keeps as its own, so that filters, expansion and changes work with them. */
const KEPT = ['checkout_session_id', 'id', 'status', 'mode', 'capture_method', 'payment_method'];
const KEPT_IF_TEXT = ['customer', 'payment_intent', 'subscription'];
const KEPT_IF_CENTS = ['amount_total', 'amount_received'];

function rawRest(overrides: Json): Json {
  return Object.fromEntries(
    Object.entries(overrides).filter(([name, value]) => {
      if (KEPT_IF_TEXT.includes(name)) return typeof value !== 'string';
      if (KEPT_IF_CENTS.includes(name)) return !isCents(value);
      return !KEPT.includes(name);
    }),
  );
}

/** The money that a session of this status has moved. */
function seedIntent(store: FlexStore, session: FlexSession, raw: Json): void {
  const ended = session.status === 'complete' || session.status === 'paid';
  const manual = session.captureMethod === 'manual';
  const status = !ended ? 'requires_payment_method' : manual ? 'requires_capture' : 'succeeded';
  session.intent = { id: textOr(raw.payment_intent, store.mint('fpi')), status };
  if (ended && manual) {
    session.capturable = totalOf(session);
    session.intent.authorisedMs = session.createdMs;
  } else if (ended) {
    session.received = totalOf(session);
  }
  if (isCents(raw.amount_received)) session.received = raw.amount_received;
}

/** Makes a session from what GET shall show; whatever the store keeps itself goes there, the rest is a patch. */
function createRaw(store: FlexStore, raw: Json): FlexSession {
  const blank = store.blank();
  const createdMs = readTime(raw.created_at) ?? blank.createdMs;
  const price = store.catalogue.prices[0];
  const total = raw.amount_total;
  const session: FlexSession = {
    ...blank,
    id: textOr(raw.checkout_session_id, textOr(raw.id, blank.id)),
    createdMs,
    expiresMs: readTime(raw.expires_at) ?? createdMs + (blank.expiresMs - blank.createdMs),
    status: textOr(raw.status, 'open'),
    mode: textOr(raw.mode, 'payment'),
    captureMethod: textOr(raw.capture_method, 'automatic'),
    customer: customerFor(store, raw.customer),
    subscription: textOr(raw.subscription, null),
    paymentMethod: textOr(raw.payment_method, null),
    email: textOr((raw.defaults as Json | null | undefined)?.email, null),
    given: { client_reference_id: raw.client_reference_id ?? null },
  };
  if (store.records.get(session.id) !== undefined) throw new ControlError(409, `Session ${session.id} exists already.`);
  if (price !== undefined) {
    const unitAmount = isCents(total) ? total : price.unitAmount;
    session.lineItems.push({ ...price, unitAmount, id: store.mint('fli'), quantity: 1 });
  }
  seedIntent(store, session, raw);
  session.patch = mergePatch(undefined, { set: rawRest(raw), unset: [] });
  store.add(session);
  if (session.expiresMs > store.world.clock.now()) plan(store, session, false);
  return session;
}

export function handlesOf(store: FlexStore): Handles {
  const find = (id: string): FlexSession => {
    const session = store.records.get(id);
    if (session === undefined) throw new ControlError(404, `Flex has no session ${id}.`);
    return session;
  };
  const show = (session: FlexSession): Json => flexJson(session, store.world);
  const step = (verb: string, change: (store: FlexStore, session: FlexSession) => boolean) => (id: string) => {
    const session = find(id);
    if (change(store, session)) return show(session);
    throw new ControlError(409, `Cannot ${verb} session ${id}: it is ${session.status}.`);
  };
  return {
    session: (id) => {
      const session = store.records.get(id);
      return session === undefined ? undefined : show(session);
    },
    sessions: () => store.records.newestFirst(show),
    pay: step('pay', pay),
    fail: step('fail', fail),
    expire: step('expire', expire),
    cancel: step('cancel', cancel),
    create: (overrides) => show(createRaw(store, overrides)),
    patch: (id, patch) => {
      const session = find(id);
      session.patch = mergePatch(session.patch, patch);
      return show(session);
    },
    remove: (id) => {
      store.records.remove(find(id).id);
    },
  };
}
