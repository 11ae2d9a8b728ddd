import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CallRecord, ProviderName } from '../../sandbox/index.ts';
import { globalId } from '../../src/checkout/global-id.ts';
import { PROVIDER_NAMES } from '../../src/checkout/provider-name.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

type Ids = Record<string, string>;

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

beforeEach(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({ providers: sandbox.addresses });
});
afterEach(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const callsOf = (provider?: ProviderName): CallRecord[] => sandbox.control.calls(provider && { provider });
const summary = (calls: CallRecord[]) =>
  calls.map(({ method, path, query }) => `${method} ${path}?${new URLSearchParams(query as Ids)}`);

/** Global id of a session, asked for in a gateway of its own so that the calls counted are the test's. */
async function globalIds(provider: string, providerIds: string[]): Promise<string[]> {
  const other = await startTestGateway({ providers: sandbox.addresses });
  const fields = providerIds.map(
    (id, index) => `s${index}: checkoutSessionByProviderId(provider: ${provider}, providerId: "${id}") { id }`,
  );
  const { data } = await other.ask<Record<string, { id: string }>>(`{ ${fields.join('\n')} }`);
  await other.stop();
  sandbox.control.reset();
  return providerIds.map((_, index) => data[`s${index}`]?.id ?? '');
}

const meteroidIds = (count: number): string[] =>
  Array.from({ length: count }, () => String(sandbox.control.create({ provider: 'meteroid' }).id));

describe('few upstream calls', () => {
  it('asks once for one session that is wanted three ways, with the customer because one of them wants it', async () => {
    const providerId = sandbox.examples.flex;
    const [id] = await globalIds('FLEX', [providerId]);
    const { data, errors } = await gateway.ask(
      `query ($id: ID!, $providerId: String!) {
        a: node(id: $id) { ... on CheckoutSession { status } }
        b: checkoutSession(id: $id) { customer { email } }
        c: checkoutSessionByProviderId(provider: FLEX, providerId: $providerId) { id createdAt customer { id } }
        d: nodes(ids: [$id, $id]) { id }
      }`,
      { id, providerId },
    );
    expect(errors).toBeUndefined();
    expect(data).toMatchObject({
      b: { customer: { email: expect.stringContaining('@') } },
      c: { id },
      d: [{ id }, { id }],
    });
    expect(summary(callsOf())).toEqual([`GET /v1/checkout/sessions/${providerId}?expand_customer=true`]);
  });

  it.each([
    ['customer { id }', ''],
    ['customer { id __typename }', ''],
    ['customer { email }', 'expand_customer=true'],
    ['details { ... on FlexCheckoutDetails { paymentIntent { id } } }', ''],
    ['details { ... on FlexCheckoutDetails { paymentIntent { status } } }', 'expand_payment_intent=true'],
    [
      'customer { phone } details { ... on FlexCheckoutDetails { paymentIntent { amount { decimal } } } }',
      'expand_customer=true&expand_payment_intent=true',
    ],
    ['...F', 'expand_customer=true'],
  ])('selecting %s asks with %j', async (selection, parameters) => {
    const fragment = selection === '...F' ? 'fragment F on CheckoutSession { customer { firstName } }' : '';
    const { errors } = await gateway.ask(
      `query ($id: String!) { s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { status ${selection} } } ${fragment}`,
      { id: sandbox.examples.flex },
    );
    expect(errors).toBeUndefined();
    expect(summary(callsOf())).toEqual([`GET /v1/checkout/sessions/${sandbox.examples.flex}?${parameters}`]);
  });

  it('asks for line items only when they are selected, once however often', async () => {
    const query = `query ($id: String!) {
      s: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { details { ...L } }
      t: checkoutSessionByProviderId(provider: FLEX, providerId: $id) { details { ...L } }
    } fragment L on FlexCheckoutDetails { captureMethod lineItems { id total { decimal } } }`;
    const { data, errors } = await gateway.ask<{ s: { details: { lineItems: unknown[] } } }>(query, {
      id: sandbox.examples.flex,
    });
    expect(errors).toBeUndefined();
    expect(data.s.details.lineItems.length).toBeGreaterThan(0);
    expect(callsOf().map(({ path }) => path.replace(sandbox.examples.flex, '{id}'))).toEqual([
      '/v1/checkout/sessions/{id}',
      '/v1/checkout/sessions/{id}/line_items',
    ]);
  });

  it('shares between requests what is on its way, and without a cache nothing else', async () => {
    const ask = () =>
      gateway.ask('query ($id: String!) { checkoutSessionByProviderId(provider: METEROID, providerId: $id) { id } }', {
        id: sandbox.examples.meteroid,
      });
    await Promise.all([ask(), ask()]);
    expect(callsOf('meteroid')).toHaveLength(1);
    await ask();
    expect(callsOf('meteroid')).toHaveLength(2);
  });

  it('gets 9 Meteroid sessions one by one, and 10 by one list', async () => {
    for (const [count, calls] of [
      [9, 9],
      [10, 1],
      [25, 1],
    ] as const) {
      sandbox.control.reset();
      const ids = meteroidIds(count);
      const fields = ids.map(
        (id, index) => `s${index}: checkoutSessionByProviderId(provider: METEROID, providerId: "${id}") { providerId }`,
      );
      const { data, errors } = await gateway.ask<Record<string, { providerId: string } | null>>(
        `{ ${fields.join('\n')} none: checkoutSessionByProviderId(provider: FLEX, providerId: "no") { id } }`,
      );
      expect(errors).toBeUndefined();
      expect(ids.map((_, index) => data[`s${index}`]?.providerId)).toEqual(ids);
      expect(callsOf('meteroid')).toHaveLength(calls);
    }
  });

  it('goes back to single calls when the whole list cannot be read', async () => {
    const ids = meteroidIds(12);
    sandbox.control.fault({
      provider: 'meteroid',
      match: { path: 'checkout-sessions$' },
      kind: 'body',
      body: { sessions: [{ status: 'CREATED' }] },
    });
    const fields = ids.map(
      (id, index) => `s${index}: checkoutSessionByProviderId(provider: METEROID, providerId: "${id}") { id }`,
    );
    const { data, errors } = await gateway.ask(`{ ${fields.join('\n')} }`);
    expect(errors).toBeUndefined();
    expect(Object.values(data).every(Boolean)).toBe(true);
    expect(callsOf('meteroid')).toHaveLength(13);
  });

  it('has at most 16 calls to one provider in flight for one request', async () => {
    const ids = Array.from({ length: 40 }, () =>
      globalId('FLEXPRICE', String(sandbox.control.create({ provider: 'flexprice' }).id)),
    );
    sandbox.control.fault({ provider: 'flexprice', kind: 'delay', delayMs: 60 });
    const answer = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
    expect(answer).toEqual({ data: { nodes: ids.map((id) => ({ id })) } });
    const { received, mostInFlight } = sandbox.control.state().traffic.flexprice;
    expect({ received, mostInFlight }).toEqual({ received: 40, mostInFlight: 16 });
  });

  it('answers bad ids without any call', async () => {
    const { data, errors } = await gateway.ask(
      '{ a: node(id: "nonsense") { id } b: checkoutSession(id: "") { id } c: nodes(ids: ["x"]) { id } d: checkoutSessionByProviderId(provider: FLEX, providerId: "") { id } }',
    );
    expect(data).toEqual({ a: null, b: null, c: [null], d: null });
    expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code, extensions.retryable])).toEqual(
      expect.arrayContaining([
        ['a', 'BAD_USER_INPUT', false],
        ['b', 'BAD_USER_INPUT', false],
        ['c.0', 'BAD_USER_INPUT', false],
        ['d', 'BAD_USER_INPUT', false],
      ]),
    );
    expect(callsOf()).toEqual([]);
  });

  it('costs nothing at a provider that is not enabled', async () => {
    const { FLEX } = sandbox.addresses;
    const page = 'checkoutSessions(filter: { statuses: [OPEN] }) { sources { state } }';
    const pages = `{ ${Array.from({ length: 20 }, (_, n) => `p${n}: ${page}`).join(' ')} }`;
    const { errors } = await gateway.ask(pages);
    expect(errors).toMatchObject([{ extensions: { code: 'QUERY_TOO_COMPLEX' } }]);
    const few = await startTestGateway({ providers: { FLEX } });
    const answer = await few.ask(pages);
    await few.stop();
    expect(answer.errors).toBeUndefined();
  });

  it('has nothing to ask of a provider that is not enabled', async () => {
    const { FLEX } = sandbox.addresses;
    const few = await startTestGateway({ providers: { FLEX } });
    const { data, errors } = await few.ask(
      '{ a: node(id: "MXA6Y3NfMQ") { id } b: checkoutSessionByProviderId(provider: METEROID, providerId: "x") { id } providers { provider enabled health } }',
    );
    await few.stop();
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      a: null,
      b: null,
      providers: PROVIDER_NAMES.map((provider) =>
        provider === 'FLEX' ? { provider, enabled: true, health: 'UP' } : { provider, enabled: false, health: 'DOWN' },
      ),
    });
    expect(callsOf()).toEqual([]);
  });
});
