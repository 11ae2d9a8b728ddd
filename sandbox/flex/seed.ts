import { ulid } from '../ids.ts';
import { between, chance, pick, type Random, randomOf, weighted } from '../prng.ts';
import { DAY, HOUR, MINUTE, SECOND, type World } from '../world.ts';
import { Catalogue } from './catalogue.ts';
import { customerOfPerson } from './customer.ts';
import { plan } from './life.ts';
import { seedMoney } from './seed-money.ts';
import { emptySession, type FlexSession, FlexStore, LIFETIME_MS, type LineItem } from './store.ts';

const STATUSES = { open: 14, paid: 7, complete: 55, canceled: 8, expired: 16 };
const MODES = { payment: 78, subscription: 16, setup: 3, off_session: 3 };
const VISITS = ['cbtSleep', 'nutrition', 'musculoskeletal'];
const SHOP = 'https://shop.example.com';

/** The first item decides whether a letter of medical necessity is needed. */
function lineItems(catalogue: Catalogue, letter: boolean, random: Random): LineItem[] {
  return Array.from({ length: between(random, 1, 3) }, (_, index) => ({
    ...pick(random, letter && index === 0 ? catalogue.withLetter : catalogue.withoutLetter),
    id: `fli_${ulid(random)}`,
    quantity: pick(random, [1, 1, 1, 2, 3]),
  }));
}

/**
 * How long ago a session was made. Three of each ten share their moment with their neighbours, because real lists have
 * such ties; those are young, so that any status is possible for them.
 */
function ageOf(world: World, index: number, status: string, random: Random): number {
  if (index % 10 < 3) {
    const shared = randomOf(world.seed, 'flex:tie', Math.floor(index / 10));
    return between(shared, HOUR / SECOND, (20 * HOUR) / SECOND) * SECOND;
  }
  if (status === 'open') return between(random, MINUTE, 20 * HOUR);
  if (status === 'paid') return between(random, 2 * HOUR, 3 * DAY);
  if (status === 'expired') return between(random, LIFETIME_MS, 30 * DAY);
  return between(random, HOUR, 30 * DAY);
}

function givenOf(index: number, session: FlexSession, random: Random): Record<string, unknown> {
  const address = {
    line1: `${between(random, 1, 90)} Elm Street`,
    city: 'Springfield',
    state: 'IL',
    postal_code: '62701',
    country: 'US',
  };
  return {
    success_url: `${SHOP}/thanks?session={CHECKOUT_SESSION_ID}`,
    cancel_url: `${SHOP}/cart`,
    client_reference_id: chance(random, 0.6) ? `order_${5000 + index}` : null,
    metadata: chance(random, 0.6) ? { order: String(5000 + index), channel: pick(random, ['web', 'app']) } : {},
    origin: pick(random, ['api', 'shopify', 'woocommerce']),
    visit_type: session.letterRequired ? pick(random, VISITS) : null,
    allow_promotion_codes: chance(random, 0.3),
    tax_rate: session.tax > 0 ? { percentage: 8.25, inclusive: false } : null,
    ...(session.customer === null ? { defaults: { email: session.email } } : {}),
    ...(session.shipping > 0
      ? {
          shipping_address_collection: true,
          shipping_options: { shipping_amount: session.shipping, name: 'Standard' },
          shipping_details: { name: session.customer?.firstName ?? null, address },
        }
      : {}),
  };
}

function seeded(world: World, catalogue: Catalogue, index: number): FlexSession {
  const random = randomOf(world.seed, 'flex:seed', index);
  const status = weighted(random, STATUSES);
  const age = ageOf(world, index, status, random);
  const session = emptySession(`fcs_${ulid(random, -age)}`, world.clock.startMs - age, index);
  const person = pick(random, world.people.all);
  const known = chance(random, 0.85);
  const letter = status === 'paid' || chance(random, 0.15);
  session.status = status;
  session.mode = status === 'paid' ? 'payment' : weighted(random, MODES);
  session.captureMethod =
    session.mode === 'payment' && status !== 'paid' && chance(random, 0.2) ? 'manual' : 'automatic';
  if (session.mode !== 'setup') session.lineItems = lineItems(catalogue, letter, random);
  session.letterRequired = letter && session.mode !== 'setup';
  session.customer = known ? customerOfPerson(person) : null;
  session.email = known ? null : person.email;
  session.splitCart = session.lineItems.some((item) => item.eligibility === 'not_eligible');
  if (session.lineItems.length > 0) {
    session.tax = chance(random, 0.5) ? between(random, 50, 2500) : 0;
    session.shipping = chance(random, 0.4) ? pick(random, [499, 799, 1299]) : 0;
    session.discount = chance(random, 0.1) ? 500 : 0;
  }
  if (session.mode === 'off_session') session.paymentMethod = `fpm_${ulid(random)}`;
  if (status === 'expired')
    session.expiresMs = session.createdMs + Math.min(LIFETIME_MS, HOUR / 2 + (age % (HOUR / 2)));
  if (session.mode !== 'setup') seedMoney(session, world.clock.startMs, random);
  else if (status === 'complete') session.setupIntent = `fseti_${ulid(random)}`;
  session.given = givenOf(index, session, random);
  return session;
}

/** An open session that shows as many properties as one can have. */
function example(world: World, catalogue: Catalogue): FlexSession {
  const random = randomOf(world.seed, 'flex:example');
  const age = 2 * MINUTE;
  const session = emptySession(`fcs_${ulid(random, -age)}`, world.clock.startMs - age, 0);
  const person = world.people.all[0];
  session.customer = person === undefined ? null : customerOfPerson(person);
  session.captureMethod = 'manual';
  session.paymentMethod = `fpm_${ulid(random)}`;
  for (const [index, quantity] of [1, 2].entries()) {
    const price = catalogue.prices[index];
    if (price !== undefined) session.lineItems.push({ ...price, id: `fli_${ulid(random)}`, quantity });
  }
  session.tax = 849;
  session.shipping = 799;
  session.intent = { id: `fpi_${ulid(random)}`, status: 'requires_payment_method' };
  session.given = {
    ...givenOf(0, session, random),
    client_reference_id: 'order_1',
    metadata: { order: '1', channel: 'web', gift: 'no' },
    defaults: { email: person?.email, first_name: person?.firstName, last_name: person?.lastName },
  };
  return session;
}

export const exampleId = (world: World): string => example(world, new Catalogue(world.seed)).id;

export function seededStore(world: World): FlexStore {
  const catalogue = new Catalogue(world.seed);
  const first = example(world, catalogue);
  const count = Math.max(0, world.sessions - 1);
  const others = Array.from({ length: count }, (_, index) => seeded(world, catalogue, index + 1));
  const store = new FlexStore(world, catalogue, world.sessions > 0 ? [first, ...others] : []);
  for (const session of store.records.oldestFirst()) {
    const waits = session.status === 'open' || session.status === 'paid' || session.intent?.status === 'processing';
    if (waits || session.capturable > 0) plan(store, session, waits && session.id !== first.id);
  }
  return store;
}
