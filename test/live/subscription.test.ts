import { setTimeout as sleep } from 'node:timers/promises';
import { createClient as createWsClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { globalId } from '../../src/checkout/global-id.ts';
import type { TestGateway } from '../helpers/gateway.ts';
import { type Change, type LiveWorld, openWorld, subscribe } from './rig.ts';

let world: LiveWorld;
let gateway: TestGateway;

beforeAll(async () => {
  world = await openWorld();
  gateway = await world.start({ upstreamPolicy: { breakerMinimumCalls: 1e6, attempts: 1 } });
});
afterAll(() => world.close());

const pay = (provider: 'flex' | 'flexprice' | 'meteroid', id: string) => world.sandbox.control.pay({ provider, id });
const codesOf = (errors: readonly unknown[]) =>
  errors.flat().map((error) => (error as { extensions?: { code?: string } }).extensions?.code);
const idsOf = (changes: readonly Change[]) => changes.map(({ checkoutSession }) => checkoutSession.providerId);

describe('what is asked for wrongly', () => {
  const id = globalId('FLEX', 'fcs_any');
  it.each([
    ['an id that is none', { ids: [id, 'nonsense'] }],
    ['no ids at all', { ids: [] }],
    ['101 ids', { ids: Array.from({ length: 101 }, (_, n) => globalId('FLEX', `fcs_${n}`)) }],
    ['an empty list in the filter', { filter: { statuses: [] } }],
    ['days that make no sense', { filter: { createdWithinDays: 0 } }],
  ])('%s', async (_, variables) => {
    const subscriber = subscribe(gateway, variables);
    await expect.poll(() => codesOf(subscriber.errors)).toEqual(['BAD_USER_INPUT']);
    await subscriber.stop();
  });
});

describe('sessions that are named', () => {
  it('are shown as they are, each once, a hundred of them, in the order of the ids', async () => {
    const providerIds = Array.from({ length: 100 }, () => world.create('meteroid'));
    const ids = providerIds.map((providerId) => globalId('METEROID', providerId));
    const subscriber = subscribe(gateway, { ids: [...ids.slice(0, 99), ids[0] ?? ''] });
    await subscriber.until(99);
    await sleep(100);
    expect(idsOf(subscriber.changes)).toEqual(providerIds.slice(0, 99));
    expect(new Set(subscriber.changes.map(({ trigger }) => trigger))).toEqual(new Set(['POLL']));
    await subscriber.stop();
  });

  it('are shown as they are to who comes back', async () => {
    const providerId = world.create('flex');
    const ids = [globalId('FLEX', providerId)];
    const before = subscribe(gateway, { ids });
    await before.until(1);
    await before.stop();
    pay('flex', providerId);
    await expect
      .poll(async () => {
        const again = subscribe(gateway, { ids });
        const [first] = await again.until(1);
        await again.stop();
        return first;
      })
      .toMatchObject({ previousStatus: null, trigger: 'POLL', checkoutSession: { status: 'COMPLETED' } });
  });

  it('that do not exist send nothing until they do', async () => {
    const subscriber = subscribe(gateway, { ids: [globalId('FLEX', 'fcs_later')] });
    await sleep(300);
    expect([subscriber.changes, subscriber.errors]).toEqual([[], []]);
    world.create('flex', { id: 'fcs_later' });
    pay('flex', 'fcs_later');
    const changes = await subscriber.until(1);
    expect(changes[0]).toMatchObject({ trigger: 'WEBHOOK', checkoutSession: { status: 'COMPLETED' } });
    await subscriber.stop();
  });
});

describe('a filter', () => {
  it('is held against each session as it is after the change', async () => {
    const [cheap, dear] = [world.create('flexprice'), world.create('flexprice')];
    const ids = [cheap, dear].map((providerId) => globalId('FLEXPRICE', providerId));
    const completed = subscribe(gateway, { ids, filter: { statuses: ['COMPLETED'] } });
    const open = subscribe(gateway, { ids, filter: { statuses: ['OPEN'] } });
    await open.until(2);
    expect(completed.changes).toEqual([]);
    pay('flexprice', dear);
    const [change] = await completed.until(1);
    expect(change).toMatchObject({ previousStatus: 'OPEN', checkoutSession: { providerId: dear } });
    await sleep(200);
    expect([idsOf(completed.changes), idsOf(open.changes)]).toEqual([[dear], [cheap, dear]]);
    await Promise.all([completed.stop(), open.stop()]);
  });

  it('by provider, customer and e-mail, of all sessions', async () => {
    const [person, other] = world.sandbox.control
      .sessions({ provider: 'flex', limit: 100 })
      .flatMap(({ customer }) => (typeof customer === 'string' ? [customer] : []));
    const { data } = await gateway.ask<{ checkoutSessions: { nodes: { customer: { email: string } }[] } }>(
      `query ($filter: CheckoutSessionFilter) {
        checkoutSessions(first: 1, filter: $filter) { nodes { customer { email } } }
      }`,
      { filter: { customers: [{ provider: 'FLEX', id: person }] } },
    );
    const email = data.checkoutSessions.nodes[0]?.customer.email ?? '';
    const filters = [
      { providers: ['FLEXPRICE'] },
      { customers: [{ provider: 'FLEX', id: person }] },
      { customerEmail: email.toUpperCase() },
    ];
    const subscribers = filters.map((filter) => subscribe(gateway, { filter }));
    await sleep(300);
    const mine = world.create('flex', { customer: person });
    const foreign = world.create('flex', { customer: other === person ? 'fcus_somebody' : other });
    const flexprice = world.create('flexprice');
    for (const id of [foreign, mine]) pay('flex', id);
    pay('flexprice', flexprice);
    await Promise.all(subscribers.map((subscriber) => subscriber.until(1)));
    await sleep(300);
    expect(subscribers.map(({ changes }) => idsOf(changes))).toEqual([[flexprice], [mine], [mine]]);
    await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
  });
});

type Asked = { session: Record<string, unknown>; was: string | null };

describe('what is selected', () => {
  it('comes through aliases and fragments, and is read anew for each change', async () => {
    const providerId = world.create('flex', { customer: String(flexCustomer()) });
    const query = `subscription ($ids: [ID!]) {
      checkoutSessionChanged(ids: $ids) { session: checkoutSession { ...S } was: previousStatus }
    }
    fragment S on CheckoutSession {
      status state: providerStatus payer: customer { email }
      details { ... on FlexCheckoutDetails { lineItems { description quantity } paymentIntent { status } } }
    }`;
    const subscriber = subscribe(gateway, { ids: [globalId('FLEX', providerId)] }, query);
    const changes = subscriber.changes as unknown as Asked[];
    await subscriber.until(1);
    expect(subscriber.errors).toEqual([]);
    const payer = { email: expect.stringContaining('@') };
    expect(changes[0]).toMatchObject({
      was: null,
      session: {
        status: 'OPEN',
        payer,
        details: { lineItems: [{ quantity: 1 }], paymentIntent: { status: 'requires_payment_method' } },
      },
    });
    pay('flex', providerId);
    await subscriber.until(2);
    expect(changes[1]).toMatchObject({
      was: 'OPEN',
      session: { status: 'COMPLETED', state: 'complete', payer, details: { paymentIntent: { status: 'succeeded' } } },
    });
    await subscriber.stop();
  });

  it('is read by as few calls as it takes: one for the state, one for what is bought', async () => {
    const providerId = world.create('flex', { customer: String(flexCustomer()) });
    const query = `subscription ($ids: [ID!]) { checkoutSessionChanged(ids: $ids) { checkoutSession {
      customer { email } details { ... on FlexCheckoutDetails { lineItems { id } } }
    } } }`;
    const calls = () =>
      world.sandbox.control.calls({ provider: 'flex' }).flatMap(({ path, query: asked }) => {
        return path.includes(providerId) ? [`${path.split(providerId)[1]} ${JSON.stringify(asked)}`] : [];
      });
    const uncached = await world.start({ hears: false, cacheMemoryMiB: 0 });
    const subscriber = subscribe(uncached, { ids: [globalId('FLEX', providerId)] }, query);
    await subscriber.until(1);
    expect(calls()).toHaveLength(2);
    await subscriber.stop();
  });
});

const flexCustomer = () =>
  world.sandbox.control.sessions({ provider: 'flex', limit: 100 }).find(({ customer }) => customer)?.customer;

it('two subscriptions on one socket have nothing to do with each other', async () => {
  const [one, two] = [world.create('flex'), world.create('flexprice')];
  const client = createWsClient({ url: `${gateway.url.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket });
  const seen: Record<string, string[]> = { one: [], two: [] };
  const follow = (name: 'one' | 'two', id: string) =>
    client.subscribe<{ checkoutSessionChanged: { checkoutSession: { status: string } } }>(
      {
        query: 'subscription ($id: ID!) { checkoutSessionChanged(ids: [$id]) { checkoutSession { status } } }',
        variables: { id },
      },
      {
        next: ({ data }) => void seen[name]?.push(data?.checkoutSessionChanged.checkoutSession.status ?? ''),
        error: () => {},
        complete: () => {},
      },
    );
  const endOne = follow('one', globalId('FLEX', one));
  follow('two', globalId('FLEXPRICE', two));
  await expect.poll(() => [seen.one?.length, seen.two?.length]).toEqual([1, 1]);
  endOne();
  await sleep(50);
  pay('flex', one);
  pay('flexprice', two);
  await expect.poll(() => seen.two).toEqual(['OPEN', 'COMPLETED']);
  await sleep(200);
  expect(seen.one).toEqual(['OPEN']);
  await client.dispose();
});

it('a provider that fails while a change is read is asked again, and the change comes', async () => {
  const providerId = world.create('flex');
  const subscriber = subscribe(gateway, { ids: [globalId('FLEX', providerId)] });
  await subscriber.until(1);
  pay('flex', providerId);
  const { control } = world.sandbox;
  control.fault({ provider: 'flex', kind: 'status', status: 500, times: 2, match: { method: 'GET' } });
  const changes = await subscriber.until(2);
  control.clearFaults();
  expect(changes[1]).toMatchObject({ checkoutSession: { status: 'COMPLETED' } });
  expect(subscriber.errors).toEqual([]);
  await subscriber.stop();
});
