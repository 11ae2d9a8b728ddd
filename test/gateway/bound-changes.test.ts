import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { FLEX, FLEXPRICE, METEROID } from '../providers/changes-inputs.ts';
import { type BoundWorld, bound, type CALLERS, openBoundWorld, put } from './bound-rig.ts';

let world: BoundWorld;
beforeAll(async () => {
  world = await openBoundWorld();
});
afterAll(() => world.close());

const as = (caller: keyof typeof CALLERS) => world.gateway.as(caller);
const calls = () => world.sandbox.control.calls().map(({ method }) => method);
const flexOf = (person: string, properties: Record<string, unknown> = {}) =>
  globalId('FLEX', put(world.sandbox, 'FLEX', `fcus_${person}`, properties));
const authorized = (person: string) =>
  flexOf(person, { status: 'complete', capture_method: 'manual', amount_total: 900 });
let keys = 0;
const freshKey = () => `key-${keys++}`;

const PAYLOAD = '{ checkoutSession { id } userErrors { code message field } }';
const MUTATIONS: [name: string, rest: string, session: (person: string) => string][] = [
  ['cancel', '', flexOf],
  ['delete', '', (person) => globalId('FLEXPRICE', put(world.sandbox, 'FLEXPRICE', `cust_${person}`))],
  ['capture', ', idempotencyKey: $key', authorized],
  ['refund', ', idempotencyKey: $key', (person) => flexOf(person, { status: 'complete', amount_total: 900 })],
  ['confirm', ', idempotencyKey: $key, paymentMethod: "fpm_1"', flexOf],
  ['reauthorize', '', authorized],
];

function change(caller: keyof typeof CALLERS, name: string, rest: string, id: string) {
  const isKeyed = rest.includes('$key');
  const variables = isKeyed ? '$id: ID!, $key: String!' : '$id: ID!';
  const document = `mutation (${variables}) { change: ${name}CheckoutSession(input: { id: $id${rest} }) ${PAYLOAD} }`;
  return as(caller).ask(document, { id, ...(isKeyed && { key: freshKey() }) });
}

describe("a change to another customer's session", () => {
  it.each(MUTATIONS)(
    '%s is refused as for one that does not exist, and nothing is sent',
    async (name, rest, session) => {
      const [own, others] = [session('ada'), session('bob')];
      const before = calls().length;
      const hidden = await change('ada', name, rest, others);
      expect(calls().slice(before)).toEqual(['GET']);
      const provider = name === 'delete' ? 'FLEXPRICE' : 'FLEX';
      const missing = await change('ada', name, rest, globalId(provider, 'nothing_like_that'));
      expect(hidden).toEqual(missing);
      expect(hidden).toMatchObject({
        data: { change: { checkoutSession: null, userErrors: [{ code: 'NOT_FOUND', field: ['input', 'id'] }] } },
      });
      // Word for word what the provider's own refusal becomes.
      const unbound = await change('admin', name, rest, globalId(provider, 'nothing_like_that'));
      expect(unbound.data).toEqual(missing.data);
      for (const caller of ['ada', 'admin'] as const) {
        const target = caller === 'ada' ? own : others;
        const { data, errors } = await change(caller, name, rest, target);
        expect([errors, data]).toMatchObject([
          undefined,
          { change: { checkoutSession: { id: target }, userErrors: [] } },
        ]);
      }
    },
  );

  it('costs a caller that sees everything no read', async () => {
    const id = authorized('bob');
    const before = calls().length;
    const document =
      'mutation ($id: ID!, $key: String!) { captureCheckoutSession(input: { id: $id, idempotencyKey: $key }) { userErrors { code } } }';
    await as('admin').ask(document, { id, key: freshKey() });
    expect(calls().slice(before)).toEqual(['POST']);
  });

  it('that cannot be looked up is not sent, and says that an earlier one may have been', async () => {
    const id = authorized('ada');
    const before = calls().length;
    world.sandbox.control.fault({ provider: 'flex', kind: 'status', status: 500, match: { method: 'GET' } });
    const { errors } = await change('ada', 'capture', ', idempotencyKey: $key', id);
    world.sandbox.control.clearFaults();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_ERROR', safeWithNewKey: false });
    expect(calls().slice(before)).not.toContain('POST');
  });
});

describe('a new session', () => {
  const create = (caller: keyof typeof CALLERS, session: Record<string, unknown>, key?: string) =>
    createBy(as(caller), session, key);
  const createBy = (asking: TestGateway, session: Record<string, unknown>, key = freshKey()) =>
    asking.ask<{ change: { checkoutSession: { id: string } | null; userErrors: unknown[] } | null }>(
      `mutation ($input: CreateCheckoutSessionInput!) { change: createCheckoutSession(input: $input) ${PAYLOAD} }`,
      { input: { idempotencyKey: key, session } },
    );
  const meteroid = (customerId: string) => ({ meteroid: { ...METEROID, customerId } });
  const flex = (more: Record<string, unknown>) => ({ flex: { ...FLEX, ...more } });

  it.each([
    ['Meteroid', () => meteroid('cus_ada')],
    ['Flex', () => flex({ customerId: 'fcus_ada' })],
    ['Flex, named twice', () => flex({ customerId: 'fcus_ada', defaults: { customerId: 'fcus_ada' } })],
  ])('of its own customer is made and shown: %s', async (_, session) => {
    const { data, errors } = await create('ada', session());
    expect([errors, data.change?.userErrors]).toEqual([undefined, []]);
    const id = data.change?.checkoutSession?.id;
    const document = 'query ($id: ID!) { node(id: $id) { id } }';
    expect((await as('ada').ask(document, { id })).data).toEqual({ node: { id } });
    expect((await as('bob').ask(document, { id })).data).toEqual({ node: null });
  });

  it.each([
    ['Meteroid, of another', () => meteroid('cus_bob'), ['meteroid', 'customerId']],
    ['Meteroid, of nobody', () => meteroid('cus_nobody'), ['meteroid', 'customerId']],
    ['Meteroid, by an alias', () => meteroid('ada'), ['meteroid', 'customerId']],
    ["Meteroid, by Flex's id", () => meteroid('fcus_ada'), ['meteroid', 'customerId']],
    ['Flex, of another', () => flex({ customerId: 'fcus_bob' }), ['flex', 'customerId']],
    ['Flex, of none', () => flex({}), ['flex', 'customerId']],
    ['Flex, by its defaults alone', () => flex({ defaults: { customerId: 'fcus_ada' } }), ['flex', 'customerId']],
    [
      'Flex, with the defaults of another',
      () => flex({ customerId: 'fcus_ada', defaults: { customerId: 'fcus_bob' } }),
      ['flex', 'defaults', 'customerId'],
    ],
  ])('of anybody else is not sent: %s', async (_, session, path) => {
    const before = calls().length;
    expect(await create('ada', session())).toEqual({
      data: {
        change: {
          checkoutSession: null,
          userErrors: [
            {
              code: 'INVALID',
              message: 'Expected the id of a customer that this caller is bound to.',
              field: ['input', 'session', ...path],
            },
          ],
        },
      },
    });
    expect(calls().length).toBe(before);
  });

  it('at Flexprice is made for a customer whose external id the caller is bound to', async () => {
    const customerOf = 'query ($id: ID!) { node(id: $id) { ... on CheckoutSession { customer { id } } } }';
    const byAdmin = await create('admin', { flexprice: FLEXPRICE });
    const { data } = await as('admin').ask<{ node: { customer: { id: string } } }>(customerOf, {
      id: byAdmin.data.change?.checkoutSession?.id,
    });
    const { id } = data.node.customer;
    const externalId = FLEXPRICE.customerExternalId;
    const gateway = await startTestGateway({
      providers: world.sandbox.addresses,
      callers: {
        own: bound('own', [{ provider: 'FLEXPRICE', id, externalId }]),
        wrong: bound('wrong', [{ provider: 'FLEXPRICE', id: 'cust_other', externalId }]),
        elsewhere: bound('elsewhere', [
          { provider: 'FLEXPRICE', id },
          { provider: 'FLEX', id, externalId },
        ]),
      },
    });
    onTestFinished(() => gateway.stop());
    const made = await createBy(gateway.as('own'), { flexprice: FLEXPRICE });
    expect(made).toMatchObject({ data: { change: { checkoutSession: { id: expect.any(String) }, userErrors: [] } } });
    // The issuer was mistaken: what came of it is another's, and is not shown.
    expect(await createBy(gateway.as('wrong'), { flexprice: FLEXPRICE })).toEqual({
      data: { change: { checkoutSession: null, userErrors: [] } },
    });
    const before = calls().length;
    for (const [caller, customerExternalId] of [
      ['own', 'user_1002'],
      ['own', 'missing'],
      ['own', id],
      ['elsewhere', externalId],
      ['elsewhere', id],
    ] as const) {
      expect(await createBy(gateway.as(caller), { flexprice: { ...FLEXPRICE, customerExternalId } })).toEqual({
        data: {
          change: {
            checkoutSession: null,
            userErrors: [
              {
                code: 'INVALID',
                message: 'Expected the external id of a customer that this caller is bound to.',
                field: ['input', 'session', 'flexprice', 'customerExternalId'],
              },
            ],
          },
        },
      });
    }
    expect(calls().length).toBe(before);
  });

  it('under a key is one for each who sees something else, whatever they are called', async () => {
    const key = freshKey();
    const operation = async (caller: keyof typeof CALLERS) =>
      (
        await as(caller).ask(
          'query ($key: String!) { operation(idempotencyKey: $key) { state checkoutSession { id } } }',
          { key },
        )
      ).data.operation;
    const made = await create('ada', meteroid('cus_ada'), key);
    const id = made.data.change?.checkoutSession?.id;
    expect(await operation('ada')).toEqual({ state: 'SUCCEEDED', checkoutSession: { id } });
    for (const caller of ['twin', 'bob', 'admin'] as const) expect(await operation(caller)).toBeNull();
    const twins = await create('twin', meteroid('cus_bob'), key);
    expect(twins.data.change?.userErrors).toEqual([]);
    expect(twins.data.change?.checkoutSession?.id).not.toBe(id);
    const again = await create('ada', meteroid('cus_ada'), key);
    expect([again.data, again.extensions]).toMatchObject([made.data, { idempotency: { replayed: true } }]);
  });

  it('that has come to be of another is not shown by its operation any more', async () => {
    const key = freshKey();
    const { data } = await create('ada', meteroid('cus_ada'), key);
    const id = Buffer.from(data.change?.checkoutSession?.id ?? '', 'base64url')
      .toString()
      .slice(3);
    world.sandbox.control.patch({ provider: 'meteroid', id, set: { customer_id: 'cus_bob' } });
    const document = 'query ($key: String!) { operation(idempotencyKey: $key) { state checkoutSession { id } } }';
    expect((await as('ada').ask(document, { key })).data).toEqual({
      operation: { state: 'SUCCEEDED', checkoutSession: null },
    });
    expect(await create('ada', meteroid('cus_ada'), key)).toMatchObject({
      data: { change: { checkoutSession: null } },
    });
  });
});
