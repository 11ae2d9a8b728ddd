import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { idsOf, type ListNode, listPage, newestFirst, walkList } from '../helpers/list.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;
let all: ListNode[];

beforeAll(async () => {
  sandbox = await startTestSandbox({ sessions: 150 });
  // Words of tomorrow, and sessions of one moment.
  for (const status of ['reviewing', 'reviewing']) sandbox.control.create({ provider: 'flex', status });
  sandbox.control.create({ provider: 'meteroid', status: 'REVIEWING' });
  gateway = await startTestGateway({ providers: sandbox.addresses });
  const ids = sandbox.control
    .sessions({ provider: 'flexprice', limit: 150 })
    .map(({ id }) => globalId('FLEXPRICE', String(id)));
  const { data, errors } = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect({ data, errors }).toEqual({ data: { nodes: ids.map((id) => ({ id })) } });
  all = await walkList(gateway, 100, { includeArchived: true });
  expect(all.length).toBe(150 * 3 + 3);
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

type Case = [
  name: string,
  filter: () => Record<string, unknown>,
  matches: (node: ListNode) => boolean,
  skipped: string[],
];

const first = (matches: (node: ListNode) => boolean): ListNode => all.find(matches) as ListNode;
const of = (provider: string) => (node: ListNode) => node.provider === provider;
const isDisputed = ({ details }: ListNode) => (details.disputes?.length ?? 0) > 0;
const middle = () => (all[Math.floor(all.length / 2)] as ListNode).createdAt as string;
const customer = (provider: string) => {
  const { customer } = first((node) => node.provider === provider && node.customer?.id != null);
  return { provider, id: customer?.id as string };
};

// What a filter lets through is worked out from the whole list: it must mean the same for every provider.
const CASES: Case[] = [
  ['nothing', () => ({}), () => true, []],
  ...(['OPEN', 'PROCESSING', 'COMPLETED', 'EXPIRED', 'CANCELED', 'FAILED', 'UNKNOWN'] as const).map(
    (status): Case => [
      status,
      () => ({ statuses: [status] }),
      (node) => node.status === status,
      status === 'PROCESSING' ? ['FLEXPRICE'] : status === 'FAILED' ? ['FLEX', 'METEROID'] : [],
    ],
  ),
  [
    'several statuses',
    () => ({ statuses: ['COMPLETED', 'OPEN', 'CANCELED'] }),
    ({ status }) => ['COMPLETED', 'OPEN', 'CANCELED'].includes(status),
    [],
  ],
  [
    'known and unknown statuses',
    () => ({ statuses: ['UNKNOWN', 'EXPIRED'] }),
    ({ status }) => ['UNKNOWN', 'EXPIRED'].includes(status),
    [],
  ],
  ['one provider', () => ({ providers: ['METEROID'] }), of('METEROID'), []],
  ['two providers', () => ({ providers: ['FLEX', 'FLEXPRICE'] }), (node) => node.provider !== 'METEROID', []],
  [
    'a Flex customer',
    () => ({ customers: [customer('FLEX')] }),
    ({ customer: own, provider }) => provider === 'FLEX' && own?.id === customer('FLEX').id,
    ['FLEXPRICE', 'METEROID'],
  ],
  [
    'a Meteroid customer',
    () => ({ customers: [customer('METEROID')] }),
    ({ customer: own }) => own?.id === customer('METEROID').id,
    ['FLEX', 'FLEXPRICE'],
  ],
  [
    'a Flexprice customer',
    () => ({ customers: [customer('FLEXPRICE')] }),
    ({ customer: own }) => own?.id === customer('FLEXPRICE').id,
    ['FLEX', 'METEROID'],
  ],
  [
    'customers of all and statuses',
    () => ({ customers: ['FLEX', 'METEROID', 'FLEXPRICE'].map(customer), statuses: ['COMPLETED', 'EXPIRED', 'OPEN'] }),
    (node) =>
      node.customer?.id === customer(node.provider).id && ['COMPLETED', 'EXPIRED', 'OPEN'].includes(node.status),
    [],
  ],
  [
    'a subscription',
    () => ({
      subscriptionId: first((node) => node.provider === 'METEROID' && node.subscriptionId != null).subscriptionId,
    }),
    ({ subscriptionId }) =>
      subscriptionId === first((node) => node.provider === 'METEROID' && node.subscriptionId != null).subscriptionId,
    [],
  ],
  [
    'a payment',
    () => ({ paymentId: first((node) => node.provider === 'FLEX' && node.paymentId != null).paymentId }),
    ({ paymentId }) => paymentId === first((node) => node.provider === 'FLEX' && node.paymentId != null).paymentId,
    ['METEROID'],
  ],
  [
    'a reference',
    () => ({ clientReferenceId: first((node) => node.clientReferenceId != null).clientReferenceId }),
    ({ clientReferenceId }) => clientReferenceId === first((node) => node.clientReferenceId != null).clientReferenceId,
    ['FLEXPRICE', 'METEROID'],
  ],
  [
    'an unknown e-mail address',
    () => ({ customerEmail: 'nobody@example.com' }),
    () => false,
    ['FLEXPRICE', 'METEROID'],
  ],
  ['disputes', () => ({ hasDisputes: true }), isDisputed, ['FLEXPRICE', 'METEROID']],
  [
    'no disputes',
    () => ({ hasDisputes: false }),
    (node) => node.provider === 'FLEX' && !isDisputed(node),
    ['FLEXPRICE', 'METEROID'],
  ],
  ['a time before', () => ({ createdAt: { lt: middle() } }), ({ createdAt }) => (createdAt ?? '') < middle(), []],
  ['a time up to', () => ({ createdAt: { lte: middle() } }), ({ createdAt }) => (createdAt ?? '') <= middle(), []],
  ['a time after', () => ({ createdAt: { gt: middle() } }), ({ createdAt }) => (createdAt ?? '') > middle(), []],
  ['a time from', () => ({ createdAt: { gte: middle() } }), ({ createdAt }) => (createdAt ?? '') >= middle(), []],
  [
    'a time and statuses',
    () => ({ createdAt: { gte: middle() }, statuses: ['COMPLETED'] }),
    ({ createdAt, status }) => (createdAt ?? '') >= middle() && status === 'COMPLETED',
    [],
  ],
  [
    'the last days',
    () => ({ createdWithinDays: 10 }),
    ({ createdAt }) => Date.parse(createdAt ?? '') >= Date.now() - 10 * 86_400_000,
    [],
  ],
];

describe('filters mean the same for every provider', () => {
  it.each(CASES)('%s', async (_, filter, matches, skipped) => {
    for (const [size, backward, archived] of [
      [13, false, true],
      [100, false, false],
      [40, true, true],
    ] as const) {
      const asked = { ...filter(), ...(archived && { includeArchived: true }) };
      const expected = newestFirst(all.filter((node) => matches(node) && (archived || !node.isArchived)));
      const found = await walkList(gateway, size, asked, backward);
      expect(idsOf(found).sort()).toEqual(idsOf(expected).sort());
      // Sessions of one moment that Flex gave in several lists stand in no order of Flex's.
      expect(found.map(({ createdAt, provider }) => `${createdAt} ${provider}`)).toEqual(
        expected.map(({ createdAt, provider }) => `${createdAt} ${provider}`),
      );
    }
    const before = sandbox.control.calls().length;
    const { sources } = await listPage(gateway, { first: 5, filter: filter() });
    expect(sources.filter(({ state }) => state === 'SKIPPED').map(({ provider }) => provider)).toEqual(skipped);
    const called = new Set(
      sandbox.control
        .calls()
        .slice(before)
        .map(({ provider }) => provider.toUpperCase()),
    );
    for (const provider of skipped) expect(called).not.toContain(provider);
  });

  it('and the order with several Flex lists is that of one', async () => {
    const several = await walkList(gateway, 7, { providers: ['FLEX'], statuses: ['COMPLETED', 'EXPIRED', 'OPEN'] });
    const times = several.map(({ createdAt }) => createdAt);
    expect(times).toEqual([...times].sort().reverse());
  });

  it("finds a customer's sessions by e-mail address", async () => {
    const { data } = await gateway.ask<{ checkoutSessions: { nodes: { customer: { email: string } | null }[] } }>(
      '{ checkoutSessions(first: 50, filter: { providers: [FLEX] }) { nodes { customer { email } } } }',
    );
    const email = data.checkoutSessions.nodes.find(({ customer: own }) => own?.email)?.customer?.email as string;
    const found = await gateway.ask<typeof data>(
      'query ($email: String!) { checkoutSessions(filter: { customerEmail: $email }) { nodes { customer { email } } } }',
      { email },
    );
    expect(found.data.checkoutSessions.nodes.length).toBeGreaterThan(0);
    // The sandbox also goes by the address that a session without a customer was begun with.
    const emails = found.data.checkoutSessions.nodes.flatMap((node) => node.customer?.email ?? []);
    expect(new Set(emails)).toEqual(new Set([email]));
  });

  it('passes on to Flex what it can filter itself', async () => {
    const before = sandbox.control.calls({ provider: 'flex' }).length;
    await listPage(gateway, {
      first: 3,
      filter: {
        statuses: ['OPEN', 'PROCESSING'],
        customers: [{ provider: 'FLEX', id: 'fcus_1' }],
        customerEmail: 'a@example.com',
        subscriptionId: 's',
        paymentId: 'p',
        clientReferenceId: 'r',
        hasDisputes: true,
        createdAt: { gte: '2026-01-01T00:00:00.500Z', lt: '2027-01-01T00:00:00Z' },
      },
    });
    const common = {
      limit: '4',
      customer: 'fcus_1',
      email: 'a@example.com',
      subscription: 's',
      payment_intent: 'p',
      client_reference_id: 'r',
      has_disputes: 'true',
      'created[gte]': '2026-01-01T00:00:00.000Z',
      'created[lt]': '2027-01-01T00:00:00.000Z',
    };
    expect(
      sandbox.control
        .calls({ provider: 'flex' })
        .slice(before)
        .map(({ query }) => query),
    ).toEqual([
      { ...common, status: 'open' },
      { ...common, status: 'paid' },
    ]);
  });

  it('counts what it can, and says null where it would have to look', async () => {
    const completed = all.filter(({ status, isArchived }) => status === 'COMPLETED' && !isArchived).length;
    expect((await listPage(gateway, { first: 1, filter: { statuses: ['COMPLETED'] } }, 'totalCount')).totalCount).toBe(
      completed,
    );
    expect(
      (await listPage(gateway, { first: 1, filter: { statuses: ['UNKNOWN'] } }, 'totalCount')).totalCount,
    ).toBeNull();
    expect(
      (await listPage(gateway, { first: 1, filter: { providers: ['METEROID'], statuses: ['OPEN'] } }, 'totalCount'))
        .totalCount,
    ).toBe(all.filter((node) => node.provider === 'METEROID' && node.status === 'OPEN').length);
  });
});
