import { ControlError, type Handles, type Json } from '../provider.ts';
import { mergePatch } from '../records.ts';
import { readTime } from '../time.ts';
import { cancel, expire, fail, pay, plan } from './life.ts';
import { flexpriceJson } from './shape.ts';
import { type FlexpriceSession, type FlexpriceStore, isActive } from './store.ts';

/** Makes a session from what GET shall show; whatever the store keeps itself goes there, the rest is a patch. */
function createRaw(store: FlexpriceStore, overrides: Json): FlexpriceSession {
  const { id, created_at, expires_at, checkout_status, status, customer_id, ...rest } = overrides;
  const blank = store.blank(
    typeof customer_id === 'string' ? customer_id : (store.world.people.all[0]?.flexpriceId ?? ''),
  );
  const createdMs = readTime(created_at) ?? blank.createdMs;
  const session: FlexpriceSession = {
    ...blank,
    id: typeof id === 'string' ? id : blank.id,
    createdMs,
    updatedMs: createdMs,
    expiresMs: readTime(expires_at) ?? createdMs + (blank.expiresMs - blank.createdMs),
    checkoutStatus: typeof checkout_status === 'string' ? checkout_status : 'pending',
    status: typeof status === 'string' ? status : 'published',
  };
  if (store.records.get(session.id) !== undefined) throw new ControlError(409, `Session ${session.id} exists already.`);
  session.hasLink = session.checkoutStatus !== 'initiated';
  if (typeof rest.idempotency_key === 'string') session.given = { idempotency_key: rest.idempotency_key };
  // Times and ids keep the very form they were given in, however odd.
  const asGiven = { created_at, expires_at, customer_id };
  const set = Object.fromEntries(Object.entries({ ...rest, ...asGiven }).filter(([name]) => name in overrides));
  session.patch = mergePatch(undefined, { set, unset: [] });
  store.add(session);
  if (isActive(session) && session.expiresMs > store.world.clock.now()) plan(store, session, false);
  return session;
}

export function handlesOf(store: FlexpriceStore): Handles {
  const find = (id: string): FlexpriceSession => {
    const session = store.records.get(id);
    if (session === undefined) throw new ControlError(404, `Flexprice has no session ${id}.`);
    return session;
  };
  const show = (session: FlexpriceSession): Json => flexpriceJson(session, store.world);
  const step =
    (verb: string, change: (store: FlexpriceStore, session: FlexpriceSession) => boolean) => (id: string) => {
      const session = find(id);
      if (change(store, session)) return show(session);
      throw new ControlError(409, `Cannot ${verb} session ${id}: it is ${session.checkoutStatus}.`);
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
