import { ControlError, type Handles, type Json } from '../provider.ts';
import { mergePatch } from '../records.ts';
import { readTime } from '../time.ts';
import { awaitPayment, cancel, expire, pay, plan, planDeletion } from './life.ts';
import { meteroidJson } from './shape.ts';
import { isOpen, type MeteroidSession, type MeteroidStore } from './store.ts';

const textOr = (value: unknown, fallback: string): string => (typeof value === 'string' ? value : fallback);

/** Makes a session from what GET shall show; whatever the store keeps itself goes there, the rest is a patch. */
function createRaw(store: MeteroidStore, overrides: Json): MeteroidSession {
  const { id, status, ...rest } = overrides;
  const person = store.world.people.all[0];
  const blank = store.blank(textOr(rest.customer_id, person?.meteroidId ?? ''), 'plv_7n42DGM5Tflk9n8mt7Fhc7');
  const createdMs = readTime(rest.created_at) ?? blank.createdMs;
  const expires = rest.expires_at === null ? null : readTime(rest.expires_at);
  const session: MeteroidSession = {
    ...blank,
    id: textOr(id, blank.id),
    createdMs,
    status: textOr(status, 'CREATED'),
    expiresMs: expires === undefined ? createdMs + 3_600_000 : expires,
  };
  if (store.records.get(session.id) !== undefined) throw new ControlError(409, `Session ${session.id} exists already.`);
  session.patch = mergePatch(undefined, { set: rest, unset: [] });
  store.add(session);
  if (session.status === 'EXPIRED') planDeletion(store, session);
  else if (isOpen(session)) plan(store, session, false);
  return session;
}

export function handlesOf(store: MeteroidStore): Handles {
  const find = (id: string): MeteroidSession => {
    const session = store.records.get(id);
    if (session === undefined) throw new ControlError(404, `Meteroid has no session ${id}.`);
    return session;
  };
  const show = (session: MeteroidSession): Json => meteroidJson(store, session);
  const step = (verb: string, change: (store: MeteroidStore, session: MeteroidSession) => boolean) => (id: string) => {
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
    fail: step('fail', awaitPayment),
    expire: step('expire', expire),
    cancel: step('cancel', cancel),
    create: (overrides) => show(createRaw(store, overrides)),
    patch: (id, patch) => {
      const session = find(id);
      session.patch = mergePatch(session.patch, patch);
      delete session.text;
      return show(session);
    },
    remove: (id) => {
      store.records.remove(find(id).id);
    },
  };
}
