import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type LiveWorld, openWorld } from '../live/rig.ts';
import { CALLERS, customersOf } from './bound-rig.ts';

let world: LiveWorld;
let gateway: TestGateway;
beforeEach(async () => {
  world = await openWorld();
  // While reads fail, changes are to be made.
  gateway = await world.start({ callers: CALLERS, upstreamPolicy: { breakerMinimumCalls: 1e6 } });
});
afterEach(() => world.close());

type Change = { checkoutSession: { id: string; status: string } };
type Variables = { ids?: readonly string[]; filter?: Record<string, unknown> };
const QUERY = `subscription ($ids: [ID!], $filter: CheckoutSessionFilter) {
  checkoutSessionChanged(ids: $ids, filter: $filter) { checkoutSession { id status } }
}`;

function subscribe(caller: keyof typeof CALLERS, variables: Variables = {}) {
  const client = createClient({
    url: `${gateway.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${caller}` },
    retryAttempts: 0,
  });
  const seen: string[] = [];
  const errors: unknown[] = [];
  client.subscribe<{ checkoutSessionChanged: Change }>(
    { query: QUERY, variables },
    {
      next({ data, errors: failed }) {
        if (data) seen.push(data.checkoutSessionChanged.checkoutSession.id);
        errors.push(...(failed ?? []));
      },
      error: (error) => void errors.push(error),
      complete: () => {},
    },
  );
  return { seen, errors, stop: () => client.dispose() };
}

const NAMES = { FLEX: 'flex', METEROID: 'meteroid', FLEXPRICE: 'flexprice' } as const;
const open = (person: string) =>
  customersOf(person).map(({ provider, id }) => {
    const property = provider === 'FLEX' ? { customer: id } : { customer_id: id };
    const providerId = world.create(NAMES[provider], property);
    return { provider, providerId, id: globalId(provider, providerId) };
  });
type Session = ReturnType<typeof open>[number];
const pay = ({ provider, providerId }: Session) =>
  world.sandbox.control.pay({ provider: NAMES[provider], id: providerId });
const idsOf = (sessions: readonly Session[]) => sessions.map(({ id }) => id);

/** Long enough for what is told of a provider that has to be looked at. */
const PATIENT = { timeout: 12_000, interval: 50 };

describe('a subscription', () => {
  it('by ids sends nothing of what its caller may not see, at first and when it changes', async () => {
    const [own, others] = [open('ada'), open('bob')];
    const ids = idsOf([...others, ...own]);
    const [ada, bob, admin, nobody] = [
      subscribe('ada', { ids }),
      subscribe('bob', { ids }),
      subscribe('admin', { ids }),
      subscribe('nobody', { ids }),
    ];
    await expect.poll(() => admin.seen, PATIENT).toEqual(ids);
    await expect.poll(() => ada.seen, PATIENT).toEqual(idsOf(own));
    await expect.poll(() => bob.seen, PATIENT).toEqual(idsOf(others));
    for (const session of [...others, ...own]) pay(session);
    await expect.poll(() => new Set(admin.seen.slice(6)), PATIENT).toEqual(new Set(ids));
    await expect.poll(() => new Set(ada.seen.slice(3)), PATIENT).toEqual(new Set(idsOf(own)));
    await expect.poll(() => new Set(bob.seen.slice(3)), PATIENT).toEqual(new Set(idsOf(others)));
    await sleep(300);
    expect(new Set(ada.seen)).toEqual(new Set(idsOf(own)));
    expect(new Set(bob.seen)).toEqual(new Set(idsOf(others)));
    for (const one of [ada, bob, admin, nobody]) {
      expect(one.errors).toEqual([]);
      await one.stop();
    }
    expect(nobody.seen).toEqual([]);
  }, 40_000);

  it('to all sends what its caller may see, whatever the filter names', async () => {
    const [ada, filtered, flexOnly, admin, nobody] = [
      subscribe('ada'),
      subscribe('ada', { filter: { customers: customersOf('bob') } }),
      subscribe('flexOnly'),
      subscribe('admin'),
      subscribe('nobody'),
    ];
    await sleep(500);
    const [own, others] = [open('ada'), open('bob')].map((sessions) =>
      sessions.filter(({ provider }) => provider !== 'METEROID'),
    );
    for (const session of [...(others ?? []), ...(own ?? [])]) pay(session);
    const ids = idsOf([...(others ?? []), ...(own ?? [])]);
    await expect.poll(() => ids.every((id) => admin.seen.includes(id)), PATIENT).toBe(true);
    await expect.poll(() => new Set(ada.seen), PATIENT).toEqual(new Set(idsOf(own ?? [])));
    await expect.poll(() => flexOnly.seen.length, PATIENT).toBeGreaterThan(0);
    await sleep(300);
    expect(new Set(ada.seen)).toEqual(new Set(idsOf(own ?? [])));
    expect(new Set(flexOnly.seen)).toEqual(new Set(idsOf((own ?? []).filter(({ provider }) => provider === 'FLEX'))));
    for (const one of [ada, filtered, flexOnly, admin, nobody]) {
      expect(one.errors).toEqual([]);
      await one.stop();
    }
    expect([filtered.seen, nobody.seen]).toEqual([[], []]);
  }, 40_000);

  it('sends nothing more of a session that comes to be of another, who is told of it then', async () => {
    const session = open('ada').find(({ provider }) => provider === 'FLEX') as Session;
    const [ada, bob] = [subscribe('ada', { ids: [session.id] }), subscribe('bob', { ids: [session.id] })];
    await expect.poll(() => ada.seen, PATIENT).toEqual([session.id]);
    world.sandbox.control.patch({ provider: 'flex', id: session.providerId, set: { customer: 'fcus_bob' } });
    pay(session);
    await expect.poll(() => bob.seen.length, PATIENT).toBeGreaterThan(0);
    await sleep(500);
    expect(ada.seen).toEqual([session.id]);
    expect([ada.errors, bob.errors]).toEqual([[], []]);
    await Promise.all([ada.stop(), bob.stop()]);
  }, 40_000);

  it('to all is not told of a change of another that cannot be read, while who sees all is', async () => {
    const [ada, admin] = [subscribe('ada'), subscribe('admin')];
    await sleep(500);
    const { control } = world.sandbox;
    const session = open('bob').find(({ provider }) => provider === 'FLEX') as Session;
    await sleep(500);
    control.fault({ provider: 'flex', kind: 'status', status: 500, match: { method: 'GET' } });
    const { errors, data } = await gateway
      .as('admin')
      .ask(`mutation { cancelCheckoutSession(input: {id: "${session.id}"}) { userErrors { code } } }`);
    expect([errors, data]).toEqual([undefined, { cancelCheckoutSession: { userErrors: [] } }]);
    await expect.poll(() => admin.errors.length, PATIENT).toBeGreaterThan(0);
    await sleep(1000);
    control.clearFaults();
    expect([ada.errors, ada.seen]).toEqual([[], []]);
    await Promise.all([ada.stop(), admin.stop()]);
  }, 40_000);

  it('by ids is not told that one of another has changed that cannot be read, also when it was its own before', async () => {
    const { control } = world.sandbox;
    const flexOf = (person: string) => open(person).find(({ provider }) => provider === 'FLEX') as Session;
    const [own, others, moved] = [flexOf('ada'), flexOf('bob'), flexOf('ada')];
    const ids = idsOf([own, others, moved]);
    const [ada, admin] = [subscribe('ada', { ids }), subscribe('admin', { ids })];
    await expect.poll(() => ada.seen, PATIENT).toEqual(idsOf([own, moved]));
    control.patch({ provider: 'flex', id: moved.providerId, set: { customer: 'fcus_bob' } });
    pay(moved);
    await expect.poll(() => admin.seen.length, PATIENT).toBeGreaterThan(3);
    await sleep(500);
    control.fault({ provider: 'flex', kind: 'status', status: 500, match: { method: 'GET' } });
    for (const change of [
      `cancelCheckoutSession(input: { id: "${others.id}" })`,
      `refundCheckoutSession(input: { id: "${moved.id}", idempotencyKey: "moved" })`,
      `cancelCheckoutSession(input: { id: "${own.id}" })`,
    ]) {
      const { errors, data } = await gateway.as('admin').ask(`mutation { change: ${change} { userErrors { code } } }`);
      expect([errors, data]).toEqual([undefined, { change: { userErrors: [] } }]);
    }
    await expect.poll(() => admin.errors.length, PATIENT).toBe(3);
    // Of its own it is told, and by then would have been of the others.
    await expect.poll(() => ada.errors.length, PATIENT).toBeGreaterThan(0);
    await sleep(1000);
    control.clearFaults();
    expect([ada.errors.length, ada.seen]).toEqual([1, idsOf([own, moved])]);
    await Promise.all([ada.stop(), admin.stop()]);
  }, 40_000);
});
