import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/index.ts';
import { ask, begin, type Json, type Reply } from './client.ts';

let sandbox: Sandbox;
let all: Json[];

const list = (query: Record<string, string>): Promise<Reply> => ask(sandbox, 'flex', '', { query });
const ids = (sessions: readonly Json[]): unknown[] => sessions.map((session) => session.checkout_session_id);
const iso = (seconds: number): string => new Date(seconds * 1000).toISOString();

beforeAll(async () => {
  sandbox = await begin({ sessions: 60 });
  all = (await list({ limit: '100' })).json.checkout_sessions;
});
afterAll(() => sandbox.stop());

type Query = {
  limit?: number | undefined;
  offset?: number | undefined;
  anchor?: { way: 'starting_after' | 'ending_before'; index: number } | undefined;
  status?: string | undefined;
  customer?: number | undefined;
  disputes?: boolean | undefined;
  bound?: { name: 'gt' | 'gte' | 'lt' | 'lte'; index: number; shift: number } | undefined;
};

/** Mostly nothing: with every filter at once, every page would be empty. */
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary });
const index = fc.nat({ max: 59 });
const queries: fc.Arbitrary<Query> = fc.record({
  limit: maybe(fc.integer({ min: 1, max: 100 })),
  offset: maybe(fc.nat({ max: 70 })),
  anchor: maybe(fc.record({ way: fc.constantFrom('starting_after', 'ending_before'), index })),
  status: maybe(fc.constantFrom('open', 'paid', 'complete', 'canceled', 'expired')),
  customer: maybe(index),
  disputes: maybe(fc.boolean()),
  bound: maybe(
    fc.record({ name: fc.constantFrom('gt', 'gte', 'lt', 'lte'), index, shift: fc.integer({ min: -1, max: 1 }) }),
  ),
});

const at = (position: number): Json => all[position] ?? {};
const boundOf = (bound: NonNullable<Query['bound']>): number => Number(at(bound.index).created_at) + bound.shift;

function search(query: Query): Record<string, string> {
  const { limit, offset, anchor, status, customer, disputes, bound } = query;
  return {
    ...(limit === undefined ? {} : { limit: String(limit) }),
    ...(offset === undefined ? {} : { offset: String(offset) }),
    ...(anchor === undefined ? {} : { [anchor.way]: String(at(anchor.index).checkout_session_id) }),
    ...(status === undefined ? {} : { status }),
    ...(customer === undefined ? {} : { customer: String(at(customer).customer ?? 'fcus_nobody') }),
    ...(disputes === undefined ? {} : { has_disputes: String(disputes) }),
    ...(bound === undefined ? {} : { [`created[${bound.name}]`]: iso(boundOf(bound)) }),
  };
}

/** What the page is by the documents: slices of one array, newest first. */
function model(query: Query): Json[] {
  const { limit = 10, offset = 0, anchor, status, customer, disputes, bound } = query;
  let rest = all;
  if (anchor?.way === 'starting_after') rest = all.slice(anchor.index + 1);
  if (anchor?.way === 'ending_before') rest = all.slice(0, anchor.index);
  if (status !== undefined) rest = rest.filter((one) => one.status === status);
  if (customer !== undefined) rest = rest.filter((one) => one.customer === (at(customer).customer ?? 'fcus_nobody'));
  if (disputes === true) rest = rest.filter((one) => (one.disputes as unknown[]).length > 0);
  if (bound !== undefined) {
    const limitTime = boundOf(bound);
    const tests = {
      gt: (time: number) => time > limitTime,
      gte: (time: number) => time >= limitTime,
      lt: (time: number) => time < limitTime,
      lte: (time: number) => time <= limitTime,
    };
    rest = rest.filter((one) => tests[bound.name](Number(one.created_at)));
  }
  if (anchor?.way !== 'ending_before') return rest.slice(offset, offset + limit);
  const end = Math.max(0, rest.length - offset);
  return rest.slice(Math.max(0, end - limit), end);
}

test('any page is what the plain array gives', async () => {
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const reply = await list(search(query));
      expect(ids(reply.json.checkout_sessions)).toEqual(ids(model(query)));
    }),
    { numRuns: 1500 },
  );
});

test('walking forwards and backwards sees every session once', async () => {
  const forwards: Json[] = [];
  for (let page: Json[] = []; forwards.length < 60; forwards.push(...page)) {
    const last = forwards.at(-1)?.checkout_session_id;
    page = (await list({ limit: '7', ...(last === undefined ? {} : { starting_after: String(last) }) })).json
      .checkout_sessions;
    expect(page.length).toBeGreaterThan(0);
  }
  expect(ids(forwards)).toEqual(ids(all));
  const backwards: Json[] = [at(59)];
  for (let page: Json[] = []; backwards.length < 60; backwards.unshift(...page)) {
    page = (await list({ limit: '7', ending_before: String(backwards[0]?.checkout_session_id) })).json
      .checkout_sessions;
    expect(page.length).toBeGreaterThan(0);
  }
  expect(ids(backwards)).toEqual(ids(all));
});

test('interval, email, references and client reference filter', async () => {
  const day = (await list({ interval: '1', limit: '100' })).json.checkout_sessions as Json[];
  const now = Date.parse(sandbox.control.state().now) / 1000;
  expect(ids(day)).toEqual(ids(all.filter((one) => Number(one.created_at) >= now - 86_400)));
  const known = at(all.findIndex((one) => one.customer !== undefined && one.payment_intent !== undefined));
  const expanded = (await list({ payment_intent: String(known.payment_intent), expand_customer: 'true' })).json;
  expect(ids(expanded.checkout_sessions)).toEqual(ids([known]));
  const { email } = expanded.checkout_sessions[0].customer;
  expect(ids((await list({ email, limit: '100' })).json.checkout_sessions)).toContain(known.checkout_session_id);
  const referred = at(all.findIndex((one) => one.client_reference_id !== null));
  const byReference = await list({ client_reference_id: String(referred.client_reference_id) });
  expect(ids(byReference.json.checkout_sessions)).toEqual(ids([referred]));
  expect((await list({ subscription: 'fsub_none' })).json).toEqual({ checkout_sessions: [] });
});

test.each([
  [{ limit: '0' }, 'limit'],
  [{ limit: '101' }, 'limit'],
  [{ limit: '' }, 'limit'],
  [{ limit: '1.5' }, 'limit'],
  [{ offset: '-1' }, 'offset'],
  [{ interval: 'week' }, 'interval'],
  [{ status: 'canceld' }, 'status'],
  [{ email: 'nobody' }, 'email'],
  [{ expand_customer: 'yes' }, 'expand_customer'],
  [{ 'created[gte]': '1700000000' }, 'created[gte]'],
  [{ has_disputes: '' }, 'has_disputes'],
])('refuses %j', async (query, name) => {
  const { status, json } = await list(query);
  expect(status).toBe(422);
  expect(json.detail[0]).toEqual({ loc: ['query', name], msg: expect.any(String), type: expect.any(String) });
});

test('anchors exclude each other and must exist', async () => {
  const id = String(at(0).checkout_session_id);
  expect((await list({ starting_after: id, ending_before: id })).status).toBe(400);
  const unknown = await list({ starting_after: 'fcs_gone' });
  expect(unknown.status).toBe(400);
  expect(unknown.json.error).toMatchObject({ code: 'resource_missing', param: 'starting_after' });
});

test('parameters that Flex does not know are ignored, and noted in the log', async () => {
  expect((await list({ created_gt: 'x' })).status).toBe(200);
  expect(sandbox.control.calls({ provider: 'flex' }).at(-1)?.ignored).toEqual(['query.created_gt']);
});
