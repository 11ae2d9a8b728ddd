import { base62 } from '../ids.ts';
import { between, chance, pick, type Random, randomOf, weighted } from '../prng.ts';
import { DAY, HOUR, MINUTE, type World } from '../world.ts';
import { JOB_PERIOD_MS, plan, planDeletion } from './life.ts';
import { isOpen, type MeteroidSession, MeteroidStore } from './store.ts';

/** `LATE` is CREATED past its time, which the next run of the expiry job will end. */
const STATUSES = { CREATED: 12, LATE: 2, AWAITING_PAYMENT: 8, COMPLETED: 44, EXPIRED: 24, CANCELLED: 10 };
const TYPES = { SELF_SERVE: 60, SUBSCRIPTION_ACTIVATION: 22, PLAN_CHANGE: 12, ADDON_PURCHASE: 6 };
const PLANS = ['starter', 'team', 'scale', 'enterprise'];
const COUPONS = ['WELCOME10', 'BLACKFRIDAY', 'PARTNER-25'];

const planVersionOf = (world: World, name: string): string =>
  `plv_${base62(randomOf(world.seed, `meteroid:plan:${name}`))}`;

/** Hours that a session is open, or null for ever. */
const lifetimeOf = (random: Random): number | null => pick(random, [1, 1, 1, 1, 24, 72, null]);

function paymentMethods(random: Random): Record<string, unknown> | null {
  const type = weighted(random, { none: 50, inherit: 8, online: 24, bank_transfer: 12, external: 6 });
  if (type === 'none') return null;
  if (type === 'inherit') return { type: 'online', config: null };
  if (type === 'online') {
    return { type, config: { card: { enabled: true }, direct_debit: chance(random, 0.5) ? { enabled: true } : null } };
  }
  return type === 'bank_transfer' ? { type, account_id: `ba_${base62(random)}` } : { type };
}

/** How old a session of this status is, in milliseconds, given the hours that it lives. */
function ageOf(status: string, hours: number | null, random: Random): number {
  const lifetime = (hours ?? 1000) * HOUR;
  if (status === 'CREATED') return between(random, MINUTE, Math.min(lifetime, 3 * DAY) - MINUTE);
  if (status === 'LATE') return lifetime + between(random, 0, JOB_PERIOD_MS / 2 - 30_000);
  if (status === 'AWAITING_PAYMENT') return between(random, 5 * MINUTE, 3 * DAY);
  if (status === 'EXPIRED') return lifetime + between(random, JOB_PERIOD_MS, 30 * DAY - 73 * HOUR);
  return between(random, HOUR, 30 * DAY);
}

function seeded(world: World, planVersions: readonly string[], index: number): MeteroidSession {
  const random = randomOf(world.seed, 'meteroid:seed', index);
  const wanted = weighted(random, STATUSES);
  const hours = lifetimeOf(random) ?? (wanted === 'LATE' || wanted === 'EXPIRED' ? 1 : null);
  const createdMs = world.clock.startMs - ageOf(wanted, hours, random);
  const endMs = Math.min(createdMs + between(random, MINUTE, 50 * MINUTE), world.clock.startMs);
  const trial = chance(random, 0.2);
  return {
    id: `che_${base62(random)}`,
    createdMs,
    seq: index,
    micros: between(random, 0, 999),
    customerId: pick(random, world.people.all).meteroidId,
    planVersionId: pick(random, planVersions),
    status: wanted === 'LATE' ? 'CREATED' : wanted,
    checkoutType: weighted(random, TYPES),
    expiresMs: hours === null ? null : createdMs + hours * HOUR,
    completedMs: wanted === 'COMPLETED' ? endMs : null,
    billingDayAnchor: chance(random, 0.3) ? between(random, 1, 28) : null,
    billingStartDate: chance(random, 0.3) ? new Date(createdMs + DAY).toISOString().slice(0, 10) : null,
    couponCode: chance(random, 0.2) ? pick(random, COUPONS) : null,
    netTerms: chance(random, 0.3) ? pick(random, [0, 14, 30]) : null,
    trialDurationDays: trial ? pick(random, [7, 14, 30]) : null,
    paymentMethodsConfig: paymentMethods(random),
    subscriptionId: wanted === 'COMPLETED' ? `sub_${base62(random)}` : null,
  };
}

/** An open session that shows as many properties as one can have, and a month to look at it. */
function example(world: World): MeteroidSession {
  const random = randomOf(world.seed, 'meteroid:example');
  const createdMs = world.clock.startMs - 4 * MINUTE;
  return {
    id: `che_${base62(random)}`,
    createdMs,
    seq: 0,
    micros: 500,
    customerId: world.people.all[0]?.meteroidId ?? '',
    planVersionId: planVersionOf(world, 'team'),
    status: 'CREATED',
    checkoutType: 'SELF_SERVE',
    expiresMs: createdMs + 30 * DAY,
    completedMs: null,
    billingDayAnchor: 1,
    billingStartDate: new Date(createdMs + DAY).toISOString().slice(0, 10),
    couponCode: 'WELCOME10',
    netTerms: 14,
    trialDurationDays: 14,
    paymentMethodsConfig: { type: 'online', config: { card: { enabled: true }, direct_debit: { enabled: false } } },
    subscriptionId: null,
  };
}

export const exampleId = (world: World): string => example(world).id;

export function seededStore(world: World): MeteroidStore {
  const first = example(world);
  const planVersions = PLANS.map((name) => planVersionOf(world, name));
  const count = Math.max(0, world.sessions - 1);
  const others = Array.from({ length: count }, (_, index) => seeded(world, planVersions, index + 1));
  const store = new MeteroidStore(world, world.sessions > 0 ? [first, ...others] : []);
  for (const session of store.records.oldestFirst()) {
    if (isOpen(session)) plan(store, session, session.id !== first.id);
    else if (session.status === 'EXPIRED') planDeletion(store, session);
  }
  return store;
}
