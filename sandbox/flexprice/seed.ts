import { ulid } from '../ids.ts';
import type { Person } from '../people.ts';
import { between, chance, pick, type Random, randomOf, weighted } from '../prng.ts';
import { DAY, MINUTE, SECOND, type World } from '../world.ts';
import { applyCompletion, FAILURE_REASONS, plan } from './life.ts';
import { type FlexpriceSession, FlexpriceStore, isActive, LIFETIME_MS } from './store.ts';

const STATUSES = { initiated: 3, pending: 9, completed: 50, failed: 13, expired: 25 };
const ACTIONS = { create_subscription: 84, wallet_topup: 8, modify_subscription: 4, add_addon: 4 };
const PLANS = ['starter', 'team', 'scale', 'enterprise'];
const CURRENCIES = ['usd', 'usd', 'inr', 'inr', 'eur', 'jpy', 'kwd'];
const PERIODS = ['MONTHLY', 'MONTHLY', 'ANNUAL', 'QUARTERLY'];
const SHOP = 'https://shop.example.com';

const planIdOf = (world: World, name: string): string => `plan_${ulid(randomOf(world.seed, `flexprice:plan:${name}`))}`;

type Plan = { id: string; name: string };
const plansOf = (world: World): Plan[] => PLANS.map((name) => ({ name, id: planIdOf(world, name) }));

function configurationOf(plans: readonly Plan[], action: string, random: Random): Record<string, unknown> {
  const plan = pick(random, plans);
  const subscription_id = `subs_${ulid(random)}`;
  switch (action) {
    case 'wallet_topup':
      return {
        wallet_topup_params: { wallet_id: `wallet_${ulid(random)}`, wallet_transaction_id: `wtxn_${ulid(random)}` },
      };
    case 'modify_subscription': {
      const change = { line_item_id: `subs_line_${ulid(random)}`, quantity: String(between(random, 2, 20)) };
      return { modify_subscription_params: { subscription_id, line_item_modifications: [change] } };
    }
    case 'add_addon':
      return {
        add_addon_params: { subscription_id, addons: [{ addon_id: `addon_${ulid(random)}`, cadence: 'recurring' }] },
      };
    default:
      // The server is known to answer an empty configuration now and then.
      if (chance(random, 0.06)) return {};
      return {
        create_subscription_params: {
          plan_id: plan.id,
          currency: pick(random, CURRENCIES),
          billing_period: pick(random, PERIODS),
          ...(chance(random, 0.3) ? { lookup_key: plan.name } : {}),
        },
      };
  }
}

function givenOf(person: Person, index: number, random: Random): Record<string, unknown> {
  return {
    ...(chance(random, 0.85) ? { success_url: `${SHOP}/done?order=${1000 + index}`, cancel_url: `${SHOP}/cart` } : {}),
    ...(chance(random, 0.4) ? { failure_url: `${SHOP}/failed` } : {}),
    ...(chance(random, 0.5) ? { idempotency_key: `shop-order-${1000 + index}` } : {}),
    ...(chance(random, 0.6) ? { metadata: { order: String(1000 + index), user: person.externalId } } : {}),
    ...(chance(random, 0.2)
      ? { payment_provider_config: { payment_method: 'UPI', max_mandate_limit: '15000.00' } }
      : {}),
  };
}

/** How old a session of this status may be: only those of the last quarter of an hour can still be active. */
function ageOf(status: string, random: Random): number {
  if (status === 'initiated') return between(random, 0, 800);
  if (status === 'pending') return between(random, 2 * SECOND, 13 * MINUTE);
  return between(random, 16 * MINUTE, 30 * DAY);
}

function seeded(world: World, plans: readonly Plan[], index: number): FlexpriceSession {
  const random = randomOf(world.seed, 'flexprice:seed', index);
  const person = pick(random, world.people.all);
  const checkoutStatus = weighted(random, STATUSES);
  const age = ageOf(checkoutStatus, random);
  const createdMs = world.clock.startMs - age;
  const action = weighted(random, ACTIONS);
  const session: FlexpriceSession = {
    id: `cs_${ulid(random, -age)}`,
    createdMs,
    seq: index,
    micros: between(random, 0, 999),
    updatedMs: createdMs,
    expiresMs: createdMs + LIFETIME_MS,
    action,
    checkoutStatus,
    status: 'published',
    hasLink: checkoutStatus !== 'initiated',
    customerId: person.flexpriceId,
    given: givenOf(person, index, random),
    configuration: configurationOf(plans, action, random),
  };
  settle(session, random);
  return session;
}

/** Gives a seeded session what its status implies. */
function settle(session: FlexpriceSession, random: Random): void {
  const { checkoutStatus, createdMs } = session;
  const endMs = createdMs + between(random, MINUTE / 2, 14 * MINUTE);
  if (checkoutStatus === 'completed') {
    applyCompletion(session, endMs, random);
    session.updatedMs = endMs;
  }
  if (checkoutStatus === 'failed') {
    session.failureReason = pick(random, FAILURE_REASONS);
    session.updatedMs = endMs;
  }
  if (checkoutStatus === 'expired') session.updatedMs = session.expiresMs;
  if (checkoutStatus === 'pending') {
    session.updatedMs = createdMs + SECOND;
    if (chance(random, 0.15)) session.cancelledMs = createdMs + 2 * SECOND;
  }
  if (!isActive(session) && chance(random, 0.06)) session.status = chance(random, 0.8) ? 'archived' : 'deleted';
}

/** A pending session that shows as many properties as one can have. */
function example(world: World): FlexpriceSession {
  const random = randomOf(world.seed, 'flexprice:example');
  const createdMs = world.clock.startMs - 5 * SECOND;
  const id = `cs_${ulid(random, -5 * SECOND)}`;
  const params = { plan_id: planIdOf(world, 'team'), currency: 'usd', billing_period: 'MONTHLY', lookup_key: 'team' };
  return {
    id,
    createdMs,
    seq: 0,
    micros: 250,
    updatedMs: createdMs + SECOND,
    expiresMs: createdMs + LIFETIME_MS,
    action: 'create_subscription',
    checkoutStatus: 'pending',
    status: 'published',
    customerId: world.people.all[0]?.flexpriceId ?? '',
    hasLink: true,
    given: {
      success_url: `${SHOP}/done?order=1`,
      failure_url: `${SHOP}/failed`,
      cancel_url: `${SHOP}/cart`,
      idempotency_key: 'shop-order-1',
      metadata: { order: '1', channel: 'web', user: 'user_1001' },
      payment_provider_config: { payment_method: 'UPI', max_mandate_limit: '15000.00' },
    },
    configuration: { create_subscription_params: { ...params, metadata: { seats: '12' } } },
  };
}

export const exampleId = (world: World): string => example(world).id;

export function seededStore(world: World): FlexpriceStore {
  const first = example(world);
  const plans = plansOf(world);
  const count = Math.max(0, world.sessions - 1);
  const others = Array.from({ length: count }, (_, index) => seeded(world, plans, index + 1));
  const store = new FlexpriceStore(world, world.sessions > 0 ? [first, ...others] : []);
  for (const session of store.records.oldestFirst()) {
    if (isActive(session)) plan(store, session, session.id !== first.id);
  }
  return store;
}
