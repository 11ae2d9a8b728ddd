import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, maySee } from '../../src/checkout/caller.ts';
import { globalId, parseGlobalId } from '../../src/checkout/global-id.ts';
import type { CheckoutSession } from '../../src/checkout/session.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { listPage, walkList } from '../helpers/list.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { bound, type Customer, PROVIDERS, put, type Sandbox, sandboxName } from './bound-rig.ts';

let sandbox: Sandbox;
let gateway: TestGateway;
let time = Date.now();
/** Grows with each run. */
const callers: Record<string, Caller> = { admin: bound('admin', null) };
let runs = 0;

beforeAll(async () => {
  sandbox = await startTestSandbox({ sessions: 3 });
  gateway = await startTestGateway({ providers: sandbox.addresses, callers, cacheMemoryMiB: 16, now: () => time });
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

const PREFIX = { FLEXPRICE: 'cust', METEROID: 'cus', FLEX: 'fcus' } as const;
const customer = fc.record({ provider: fc.constantFrom(...PROVIDERS), number: fc.nat(2) });
const world = fc.record({
  sessions: fc.array(fc.record({ customer, hasCustomer: fc.boolean(), isCanceled: fc.boolean() }), { maxLength: 14 }),
  bindings: fc.array(fc.array(customer, { maxLength: 5 }), { minLength: 1, maxLength: 3 }),
  asked: fc.option(fc.array(customer, { minLength: 1, maxLength: 4 }), { nil: null }),
  status: fc.option(fc.constantFrom('OPEN', 'CANCELED'), { nil: null }),
  size: fc.integer({ min: 1, max: 5 }),
});

type Known = { id: string; status: string; customer: Customer | null };

/** Each run has customers of its own, so that the sessions of all runs before it are others'. */
const named = ({ provider, number }: { provider: Customer['provider']; number: number }): Customer => ({
  provider,
  id: `${PREFIX[provider]}_${runs}x${number}`,
});

function create(wanted: { customer: Parameters<typeof named>[0]; hasCustomer: boolean; isCanceled: boolean }): Known {
  const { provider, id } = named(wanted.customer);
  // Others have one always.
  const own = provider !== 'FLEX' || wanted.hasCustomer ? { provider, id } : null;
  const providerId = put(sandbox, provider, own && id);
  const isCanceled = wanted.isCanceled && provider !== 'FLEXPRICE';
  if (isCanceled) sandbox.control.cancel({ provider: sandboxName(provider), id: providerId });
  return { id: globalId(provider, providerId), status: isCanceled ? 'CANCELED' : 'OPEN', customer: own };
}

const sees = (caller: Caller, { id, customer: own }: Known) =>
  maySee(caller, { ...parseGlobalId(id), customer: own } as unknown as CheckoutSession);

async function byIds(asking: TestGateway, sessions: readonly Known[]) {
  const fields = sessions.map(({ id }, index) => {
    const { provider, providerId } = parseGlobalId(id);
    return `s${index}: checkoutSessionByProviderId(provider: ${provider}, providerId: "${providerId}") { id details {
      ... on FlexCheckoutDetails { lineItems { id } } } }`;
  });
  const { data, errors } = await asking.ask<{ nodes: ({ id: string } | null)[] }>(
    `query ($ids: [ID!]!) { nodes(ids: $ids) { id } ${fields.join(' ')} }`,
    { ids: sessions.map(({ id }) => id) },
  );
  expect(errors).toBeUndefined();
  const found = sessions.map((_, index) => (data as unknown as Record<string, { id: string } | null>)[`s${index}`]);
  expect(found.map((session) => session?.id)).toEqual(data.nodes.map((session) => session?.id));
  return data.nodes.map((session) => session?.id ?? null);
}

/** Whether each can be reached by a change: what is there is refused for another reason, or done. */
async function byChanges(asking: TestGateway, sessions: readonly Known[]): Promise<boolean[]> {
  const fields = sessions.map(
    ({ id }, index) => `s${index}: reauthorizeCheckoutSession(input: { id: "${id}" }) { userErrors { code } }`,
  );
  const { data } = await asking.ask<Record<string, { userErrors: { code: string }[] }>>(
    `mutation { ${fields.join(' ')} }`,
  );
  return sessions.map((_, index) => data[`s${index}`]?.userErrors[0]?.code !== 'NOT_FOUND');
}

test('every way shows each caller just what it may see', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(world, async ({ sessions: wanted, bindings, asked, status, size }) => {
      runs++;
      // Whatever was kept of the run before.
      time += 20_000;
      const sessions = wanted.map(create);
      const names = bindings.map((_, index) => `${runs}:${index}`);
      for (const [index, binding] of bindings.entries())
        callers[names[index] ?? ''] = bound('same name', binding.map(named));
      if (sessions.length > 0) await byIds(gateway.as('admin'), sessions);
      const filter = { ...(asked && { customers: asked.map(named) }), ...(status && { statuses: [status] }) };
      const isAsked = (session: Known) =>
        (status === null || session.status === status) &&
        (asked === null || sees(bound('', asked.map(named)), session));
      await Promise.all(
        names.map(async (name) => {
          const asking = gateway.as(name);
          const visible = sessions.map((session) => sees(callers[name] as Caller, session));
          const listed = sessions.filter((session, index) => visible[index] && isAsked(session)).map(({ id }) => id);
          if (sessions.length > 0) {
            expect(await byIds(asking, sessions)).toEqual(
              sessions.map(({ id }, index) => (visible[index] ? id : null)),
            );
            expect(await byChanges(asking, sessions)).toEqual(visible);
          }
          for (const isBackward of [false, true]) {
            const nodes = await walkList(asking, size, filter, isBackward);
            expect(nodes.map(({ id }) => id).sort()).toEqual(listed.sort());
          }
          const { totalCount } = await listPage(asking, { first: 1, filter }, 'totalCount');
          expect(totalCount).toBe(listed.length);
          const { nodes } = await listPage(asking, { first: 100, offset: 2, filter });
          expect(nodes.length).toBe(Math.max(0, listed.length - 2));
        }),
      );
    }),
    { numRuns: 40 },
  );
});
