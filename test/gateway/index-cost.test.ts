import { afterAll, beforeAll, expect, test } from 'vitest';
import { globalId } from '../../src/checkout/global-id.ts';
import { DEFAULT_LIMITS } from '../../src/server/limits/query-limits.ts';
import { startTestGateway, type TestGateway } from '../helpers/gateway.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { pointsOf } from '../server/limits-documents.ts';

let sandbox: Awaited<ReturnType<typeof startTestSandbox>>;
let gateway: TestGateway;

/** More than are looked up for one page. */
const OPEN_SESSIONS = 450;

beforeAll(async () => {
  sandbox = await startTestSandbox();
  gateway = await startTestGateway({ providers: sandbox.addresses });
  const ids = Array.from({ length: OPEN_SESSIONS }, () =>
    globalId('FLEXPRICE', String(sandbox.control.create({ provider: 'flexprice' }).id)),
  );
  for (let at = 0; at < ids.length; at += 200) {
    const { errors } = await gateway.ask('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', {
      ids: ids.slice(at, at + 200),
    });
    expect(errors).toBeUndefined();
  }
});
afterAll(async () => {
  await gateway.stop();
  await sandbox.stop();
});

test.each([
  ['no payment', 'first: 1', 'paymentId: "nope"'],
  ['no payment, on a page that reads one stretch and another', 'first: 88', 'paymentId: "nope"'],
  ['no payment, on the longest page', 'first: 100', 'paymentId: "nope"'],
  ['no subscription, from the end', 'last: 10', 'subscriptionId: "nope"'],
  ['a status that none has', 'first: 50', 'statuses: [FAILED]'],
  ['a status that all have', 'first: 50', 'statuses: [OPEN]'],
])('a page of Flexprice costs no more calls than points: %s', async (_, size, filter) => {
  const query = `{ checkoutSessions(${size}, filter: {providers: [FLEXPRICE], ${filter}}) { nodes { id } } }`;
  const before = sandbox.control.calls({ provider: 'flexprice' }).length;
  const { errors } = await gateway.ask(query);
  expect(errors).toBeUndefined();
  const calls = sandbox.control.calls({ provider: 'flexprice' }).length - before;
  expect(calls).toBeGreaterThan(0);
  expect(calls).toBeLessThanOrEqual(pointsOf(query));
});

test('a page of all providers by status is within the limit, with much on it', () => {
  const query = `{ checkoutSessions(first: 50, filter: {statuses: [OPEN, COMPLETED, EXPIRED]}) {
    totalCount
    nodes { id status customer { email } availableActions details { ... on FlexCheckoutDetails { lineItems { id } } } }
  } }`;
  expect(pointsOf(query)).toBeLessThan(DEFAULT_LIMITS.cost / 2);
});
