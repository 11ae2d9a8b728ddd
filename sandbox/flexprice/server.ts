import { type Answer, answerCall, type Call, type Face, Refusal } from '../api.ts';
import { ulid } from '../ids.ts';
import { hashText, randomOf } from '../prng.ts';
import { countBy, type ProviderSandbox } from '../provider.ts';
import type { World } from '../world.ts';
import { failure } from './errors.ts';
import { handlesOf } from './handles.ts';
import { readCreate } from './input.ts';
import { giveLink, plan } from './life.ts';
import { exampleId, seededStore } from './seed.ts';
import { flexpriceJson } from './shape.ts';
import type { FlexpriceSession, FlexpriceStore } from './store.ts';
import { webhooksOf } from './webhooks.ts';

export const FLEXPRICE_KEY = 'sandbox_flexprice_key';

function find(store: FlexpriceStore, id: string): FlexpriceSession {
  const session = store.records.get(id);
  if (session === undefined) throw new Refusal(failure(404, `checkout session ${id} not found`));
  return session;
}

function get(store: FlexpriceStore, { id }: Call): Answer {
  return { status: 200, body: flexpriceJson(find(store, id), store.world) };
}

/** The provider's own id of a customer; people that nobody knows are taken to exist. */
function customerIdOf(world: World, externalId: string): string {
  const known = world.people.find(externalId);
  return known?.flexpriceId ?? `cust_${ulid(randomOf(world.seed, 'flexprice:customer', hashText(externalId)))}`;
}

function create(store: FlexpriceStore, call: Call): Answer {
  const { input, ignored } = readCreate(call.body());
  const { customer_external_id, action, payment_provider: _, configuration, ...given } = input;
  const key = given.idempotency_key;
  // Not a replay: the first session is not answered, and the key is free again when that one has ended.
  if (key !== undefined && store.activeWithKey(key) !== undefined) {
    throw new Refusal(failure(409, `an active checkout session with idempotency key ${key} already exists`));
  }
  const session = store.blank(customerIdOf(store.world, customer_external_id));
  const params = configuration?.create_subscription_params;
  session.action = action;
  session.given = given;
  session.configuration =
    params === undefined ? {} : { create_subscription_params: { ...params, currency: params.currency.toLowerCase() } };
  store.add(session);
  if (store.world.switches.flexpriceLinkDelayMs === 0) giveLink(store, session);
  plan(store, session, store.world.switches.customers);
  const effect = { operation: 'create', id: session.id, key: key ?? null };
  return { status: 201, body: flexpriceJson(session, store.world), effect, ignored };
}

/** Archives: the checkout's own status stays, and a second time is as good as the first. */
function archive(store: FlexpriceStore, { id }: Call): Answer {
  const session = find(store, id);
  if (session.status !== 'published') return { status: 204 };
  session.status = 'archived';
  store.touch(session);
  return { status: 204, effect: { operation: 'delete', id, key: null } };
}

export function flexpriceSandbox(world: World): ProviderSandbox {
  const store = seededStore(world);
  const one = /^\/v1\/checkout\/sessions\/([^/]+)$/;
  const face: Face = {
    authorised: (headers) => headers['x-api-key'] === FLEXPRICE_KEY,
    failure,
    routes: [
      { method: 'POST', path: /^\/v1\/checkout\/sessions$/, run: (call) => create(store, call) },
      { method: 'GET', path: one, run: (call) => get(store, call) },
      { method: 'DELETE', path: one, run: (call) => archive(store, call) },
    ],
  };
  return {
    name: 'flexprice',
    example: exampleId(world),
    answer: (request) => answerCall(face, request),
    failure,
    handles: handlesOf(store),
    webhooks: webhooksOf(store),
    counts: () => countBy(store.records.oldestFirst(), (session) => session.checkoutStatus),
  };
}
