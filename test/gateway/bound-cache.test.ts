import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway } from '../helpers/gateway.ts';
import { startJsonServer } from '../helpers/json-server.ts';
import { listPage } from '../helpers/list.ts';
import { type BoundWorld, CALLERS, customersOf, openBoundWorld, PROVIDERS, put, sandboxName } from './bound-rig.ts';

let world: BoundWorld;
let time: number;
beforeEach(async () => {
  time = Date.now();
  world = await openBoundWorld({ cacheMemoryMiB: 16, now: () => time });
});
afterEach(() => world.close());

const as = (caller: keyof typeof CALLERS) => world.gateway.as(caller);
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { id } }';
const WITH_ALL = `query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on CheckoutSession {
  customer { email } details { ... on FlexCheckoutDetails { lineItems { id } } } } } }`;
const shown = async (caller: keyof typeof CALLERS, ids: readonly string[], query = NODES) => {
  const { data, errors } = await as(caller).ask<{ nodes: ({ id: string } | null)[] }>(query, { ids });
  expect(errors).toBeUndefined();
  return data.nodes.map((node) => node?.id ?? null);
};
const pass = (seconds: number) => {
  time += seconds * 1000;
  world.sandbox.control.advance({ seconds });
};

describe('what is kept', () => {
  it.each([NODES, WITH_ALL])('for who sees everything is shown to nobody else', async (query) => {
    const all = [...world.ada, ...world.bob];
    const nobodys = all.map(() => null);
    for (let round = 0; round < 3; round++) {
      expect(await shown('admin', all, query)).toEqual(all);
      expect(await shown('ada', all, query)).toEqual([...world.ada, ...world.bob.map(() => null)]);
      expect(await shown('bob', all, query)).toEqual([...world.ada.map(() => null), ...world.bob]);
      expect(await shown('nobody', all, query)).toEqual(nobodys);
      if (round === 1) pass(30);
    }
  });

  it('of single sessions is shown to nobody else where a whole list is read for the rest', async () => {
    const others = Array.from({ length: 12 }, () => globalId('METEROID', put(world.sandbox, 'METEROID', 'cus_bob')));
    // One by one, so that each is kept by itself.
    for (const id of others) await shown('admin', [id]);
    const before = world.sandbox.control.calls().length;
    expect(await shown('bob', others)).toEqual(others);
    expect(world.sandbox.control.calls().length).toBe(before);
    expect(await shown('ada', others)).toEqual(others.map(() => null));
  });

  it('of lists is shown to nobody else', async () => {
    const of = async (caller: keyof typeof CALLERS, filter?: unknown) =>
      new Set((await listPage(as(caller), { first: 100, filter })).nodes.map(({ id }) => id));
    for (let round = 0; round < 2; round++) {
      const everything = await of('admin');
      for (const id of [...world.ada, ...world.bob]) expect(everything).toContain(id);
      expect(await of('ada')).toEqual(new Set(world.ada));
      expect(await of('bob')).toEqual(new Set(world.bob));
      expect(await of('admin', { customers: customersOf('bob') })).toEqual(new Set(world.bob));
      expect(await of('ada', { customers: customersOf('bob') })).toEqual(new Set());
    }
  });

  it('is found to be missing by who may not see it, and listed for all others all the same', async () => {
    await shown('bob', world.ada);
    const { nodes } = await listPage(as('admin'), { first: 100 });
    expect(nodes.map(({ id }) => id)).toEqual(expect.arrayContaining(world.ada));
  });
});

describe('what several wait for', () => {
  it.each([NODES, WITH_ALL])('is shown to those only who may see it', async (query) => {
    for (const provider of PROVIDERS) {
      world.sandbox.control.fault({ provider: sandboxName(provider), kind: 'delay', delayMs: 150 });
    }
    pass(3600);
    const all = [...world.ada, ...world.bob];
    const [bob, admin, ada, nobody] = await Promise.all([
      shown('bob', all, query),
      shown('admin', all, query),
      shown('ada', all, query),
      shown('nobody', all, query),
    ]);
    expect(admin).toEqual(all);
    expect(ada).toEqual([...world.ada, ...world.bob.map(() => null)]);
    expect(bob).toEqual([...world.ada.map(() => null), ...world.bob]);
    expect(nobody).toEqual(all.map(() => null));
  });

  it('is asked for once', async () => {
    world.sandbox.control.fault({ provider: 'meteroid', kind: 'delay', delayMs: 150 });
    pass(3600);
    const ids = world.ada.slice(1, 2);
    const before = world.sandbox.control.calls().length;
    await Promise.all([shown('ada', ids), shown('bob', ids), shown('admin', ids)]);
    expect(world.sandbox.control.calls().length - before).toBe(1);
  });
});

describe('what stands in for a provider that fails', () => {
  it.each(PROVIDERS.map((provider, index) => ({ provider, index })))(
    '$provider: fails for who may not see it, as for what does not exist',
    async ({ provider, index }) => {
      const id = world.ada[index] ?? '';
      await shown(
        'admin',
        [id],
        'query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on CheckoutSession { customer { email } } } }',
      );
      world.sandbox.control.fault({ provider: sandboxName(provider), kind: 'status', status: 500 });
      // An open session is kept for half a minute beyond its time, and shown at once for ten seconds of that.
      pass(20);
      const missing = globalId(provider, 'nothing_like_that');
      expect((await as('ada').ask(NODES, { ids: [id] })).extensions).toEqual({ cache: { stale: true } });
      const answers = await Promise.all([id, missing].map((one) => as('bob').post(NODES, { ids: [one] })));
      const [hidden, gone] = answers.map(({ answer: { errors, data, extensions }, headers }) => ({
        ...{ data, extensions, cacheControl: headers.get('cache-control') },
        errors: errors?.map((error) => ({ ...error, extensions: { ...error.extensions, requestId: '' } })),
      }));
      expect(hidden).toEqual(gone);
      expect(hidden).toMatchObject({ data: { nodes: [null] }, errors: [{ extensions: { provider } }] });
      expect(hidden?.extensions).toBeUndefined();
    },
  );

  it('shows a list to who may see it, with its line items', async () => {
    const LIST = `{ checkoutSessions(filter: { providers: [FLEX] }) { nodes { id details { ... on FlexCheckoutDetails { lineItems { id } } } }
      sources { state } } }`;
    await as('ada').ask(LIST);
    await as('bob').ask(LIST);
    world.sandbox.control.fault({ provider: 'flex', kind: 'status', status: 500 });
    pass(20);
    for (const [caller, id] of [
      ['ada', world.ada[2]],
      ['bob', world.bob[2]],
    ] as const) {
      expect(await as(caller).ask(LIST)).toMatchObject({
        data: { checkoutSessions: { nodes: [{ id, details: { lineItems: [{}] } }], sources: [{ state: 'STALE' }] } },
      });
    }
  });
});

describe('how fresh an answer is', () => {
  it('does not tell an ended session, which is kept long, from one that is not there', async () => {
    const providerId = put(world.sandbox, 'METEROID', 'cus_ada');
    world.sandbox.control.cancel({ provider: 'meteroid', id: providerId });
    const id = globalId('METEROID', providerId);
    const ageFor = async (caller: keyof typeof CALLERS) =>
      Number((await as(caller).post(NODES, { ids: [id] })).headers.get('cache-control')?.split('=')[1]);
    expect(await ageFor('ada')).toBeGreaterThan(400);
    for (let round = 0; round < 3; round++) {
      expect(await ageFor('bob')).toBeLessThan(2);
      pass(1);
    }
  });
});

describe('a provider', () => {
  it('that lists what it was not asked for has its list refused, and nothing of it is shown', async () => {
    const sessionOf = (id: string, customer: string) => ({ checkout_session_id: id, status: 'open', customer });
    const body = { checkout_sessions: [sessionOf('fcs_own', 'fcus_ada'), sessionOf('fcs_bob', 'fcus_bob')] };
    const stub = await startJsonServer(() => ({ body }));
    const gateway = await startTestGateway({
      providers: { FLEX: { baseUrl: stub.url, apiKey: 'some-key' } },
      callers: CALLERS,
    });
    const { data, errors } = await gateway.as('flexOnly').ask('{ checkoutSessions { nodes { id } totalCount } }');
    expect(JSON.stringify([data, errors])).not.toMatch(/fcs_|MWY6/);
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_BAD_RESPONSE', provider: 'FLEX' });
    expect((await listPage(gateway.as('admin'))).nodes).toHaveLength(2);
    await gateway.stop();
    await stub.stop();
  });

  it('that tells the customer only when it is asked to is asked to', async () => {
    const stub = await startJsonServer(({ path, query }) => {
      const session = {
        checkout_session_id: 'fcs_1',
        status: 'open',
        ...(query.get('expand_customer') === 'true' && { customer: { customer_id: 'fcus_ada' } }),
      };
      return { body: path.endsWith('fcs_1') ? { checkout_session: session } : { checkout_sessions: [session] } };
    });
    const gateway = await startTestGateway({
      providers: { FLEX: { baseUrl: stub.url, apiKey: 'some-key' } },
      callers: CALLERS,
      cacheMemoryMiB: 16,
    });
    const id = globalId('FLEX', 'fcs_1');
    for (const caller of ['admin', 'flexOnly', 'admin'] as const) {
      expect((await gateway.as(caller).ask(NODES, { ids: [id] })).data).toEqual({ nodes: [{ id }] });
      expect((await listPage(gateway.as(caller))).nodes.map((node) => node.id)).toEqual([id]);
    }
    expect((await gateway.as('bob').ask(NODES, { ids: [id] })).data).toEqual({ nodes: [null] });
    await gateway.stop();
    await stub.stop();
  });
});
