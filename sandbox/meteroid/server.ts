import { type Answer, answerCall, type Call, type Face, Refusal } from '../api.ts';
import { base62 } from '../ids.ts';
import { hashText, randomOf } from '../prng.ts';
import { countBy, type ProviderSandbox } from '../provider.ts';
import { HOUR, type World } from '../world.ts';
import { failure } from './errors.ts';
import { handlesOf } from './handles.ts';
import { readCreate, readList } from './input.ts';
import { cancel, plan } from './life.ts';
import { exampleId, seededStore } from './seed.ts';
import { meteroidJson, meteroidText, minterOf } from './shape.ts';
import type { MeteroidStore } from './store.ts';
import { webhooksOf } from './webhooks.ts';

export const METEROID_KEY = 'sandbox_meteroid_key';

function get(store: MeteroidStore, { id }: Call): Answer {
  const session = store.records.get(id);
  if (session === undefined) return failure(404, `Checkout session not found: ${id}`);
  return { status: 200, body: { session: meteroidJson(store, session) } };
}

/** The whole list at once, newest first: Meteroid knows no paging. */
function list(store: MeteroidStore, { request }: Call): Answer {
  const { input, ignored } = readList(request.query);
  const mint = minterOf(store);
  const texts: string[] = [];
  for (const session of store.records.oldestFirst()) {
    if (input.customer_id !== undefined && session.customerId !== input.customer_id) continue;
    if (input.status !== undefined && session.status !== input.status) continue;
    texts.push(meteroidText(store, session, mint));
  }
  return { status: 200, text: `{"sessions":[${texts.reverse().join(',')}]}`, ignored };
}

/** An id, or an alias that the merchant gave; customers that nobody knows are taken to exist. */
function customerIdOf(world: World, idOrAlias: string): string {
  if (/^cus_[0-9A-Za-z]+$/.test(idOrAlias)) return idOrAlias;
  const known = world.people.find(idOrAlias);
  return known?.meteroidId ?? `cus_${base62(randomOf(world.seed, 'meteroid:alias', hashText(idOrAlias)))}`;
}

/** No idempotency of any kind: every call makes a session. */
function create(store: MeteroidStore, call: Call): Answer {
  const { input, ignored } = readCreate(call.body());
  const hours = input.expires_in_hours ?? 1;
  const blank = store.blank(customerIdOf(store.world, input.customer_id), input.plan_version_id);
  const session = {
    ...blank,
    expiresMs: hours === 0 ? null : blank.createdMs + hours * HOUR,
    billingDayAnchor: input.billing_day_anchor ?? null,
    billingStartDate: input.billing_start_date ?? null,
    couponCode: input.coupon_code ?? null,
    netTerms: input.net_terms ?? null,
    trialDurationDays: input.trial_duration_days ?? null,
    paymentMethodsConfig: input.payment_methods_config ?? null,
  };
  store.add(session);
  plan(store, session, store.world.switches.customers);
  const effect = { operation: 'create', id: session.id, key: null };
  return { status: 200, body: { session: meteroidJson(store, session) }, effect, ignored };
}

/** An unknown id is 400 here, as a wrong state is: the server does not tell them apart. */
function cancelCall(store: MeteroidStore, { id }: Call): Answer {
  const session = store.records.get(id);
  if (session === undefined || !cancel(store, session)) {
    throw new Refusal(failure(400, `Checkout session ${id} cannot be cancelled`));
  }
  return {
    status: 200,
    body: { session: meteroidJson(store, session) },
    effect: { operation: 'cancel', id, key: null },
  };
}

export function meteroidSandbox(world: World): ProviderSandbox {
  const store = seededStore(world);
  const all = /^\/api\/v1\/checkout-sessions$/;
  const face: Face = {
    authorised: (headers) => /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] === METEROID_KEY,
    failure,
    routes: [
      { method: 'GET', path: all, run: (call) => list(store, call) },
      { method: 'POST', path: all, run: (call) => create(store, call) },
      { method: 'GET', path: /^\/api\/v1\/checkout-sessions\/([^/]+)$/, run: (call) => get(store, call) },
      {
        method: 'POST',
        path: /^\/api\/v1\/checkout-sessions\/([^/]+)\/cancel$/,
        run: (call) => cancelCall(store, call),
      },
    ],
  };
  return {
    name: 'meteroid',
    example: exampleId(world),
    answer: (request) => answerCall(face, request),
    failure,
    handles: handlesOf(store),
    webhooks: webhooksOf(store),
    counts: () => countBy(store.records.oldestFirst(), (session) => session.status),
  };
}
