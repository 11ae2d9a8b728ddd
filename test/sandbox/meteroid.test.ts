import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/index.ts';
import { ask, BODIES, begin, type Json, type Reply, type Request } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.reset());

const HOUR = 3600;
const call = (path = '', request: Request = {}): Promise<Reply> => ask(sandbox, 'meteroid', path, request);
const create = (more: object = {}): Promise<Reply> => call('', { body: { ...BODIES.meteroid, ...more } });

test('a session comes in an envelope with nulls, and a new link token at each read', async () => {
  const path = `/${sandbox.examples.meteroid}`;
  const [one, two] = [await call(path), await call(path)];
  expect(one.json.session).toMatchObject({ id: sandbox.examples.meteroid, subscription_id: null, completed_at: null });
  expect(one.json.session.checkout_url).toMatch(/token=/);
  expect(one.json.session.checkout_url).not.toBe(two.json.session.checkout_url);
});

test('the list is whole, newest first, and filters by one status and one customer', async () => {
  const all = (await call()).json.sessions as Json[];
  expect(all).toHaveLength(300);
  const times = all.map((session) => String(session.created_at));
  expect(times).toEqual(times.toSorted().reverse());
  const { customer_id } = all[7] as Json;
  const some = (await call('', { query: { customer_id: String(customer_id), status: 'COMPLETED' } })).json.sessions;
  const wanted = all.filter((session) => session.customer_id === customer_id && session.status === 'COMPLETED');
  expect(some).toEqual(wanted);
  const statuses = new Set(all.map((session) => session.status));
  expect([...statuses].sort()).toEqual(['AWAITING_PAYMENT', 'CANCELLED', 'COMPLETED', 'CREATED', 'EXPIRED']);
  expect((await call('', { query: { status: 'created' } })).json.code).toBe('BAD_REQUEST');
  const tokens = all.map((session) => session.checkout_url).filter((url) => url !== null);
  expect(new Set(tokens).size).toBe(tokens.length);
});

test('list and get agree', async () => {
  const first = (await call()).json.sessions[3] as Json;
  const same = (await call(`/${first.id}`)).json.session as Json;
  expect({ ...same, checkout_url: null }).toEqual({ ...first, checkout_url: null });
});

test('creating twice makes two, whatever key is sent', async () => {
  const headers = { 'idempotency-key': 'k' };
  const one = await call('', { body: BODIES.meteroid, headers });
  const two = await call('', { body: BODIES.meteroid, headers });
  expect([one.status, two.status]).toEqual([200, 200]);
  expect(one.json.session.id).toMatch(/^che_[0-9A-Za-z]{22}$/);
  expect(one.json.session.id).not.toBe(two.json.session.id);
  expect(one.json.session.customer_id).toMatch(/^cus_/);
  expect(sandbox.control.effects()).toMatchObject([{ operation: 'create', idempotencyKey: null, count: 2 }]);
});

test('an overdue session says CREATED without a link until the job runs', async () => {
  const { id } = (await create()).json.session;
  sandbox.control.advance({ seconds: HOUR });
  expect((await call(`/${id}`)).json.session).toMatchObject({ status: 'CREATED', checkout_url: null });
  sandbox.control.advance({ seconds: 5 * 60 });
  expect((await call(`/${id}`)).json.session.status).toBe('EXPIRED');
});

test('the seeds have overdue ones too', async () => {
  const all = (await call('', { query: { status: 'CREATED' } })).json.sessions as Json[];
  expect(all.some((session) => session.checkout_url === null)).toBe(true);
});

test('zero hours is for ever, and expired sessions are deleted after a month', async () => {
  const eternal = (await create({ expires_in_hours: 0 })).json.session;
  const mortal = (await create()).json.session;
  expect(eternal.expires_at).toBeNull();
  sandbox.control.advance({ seconds: 32 * 24 * HOUR });
  expect((await call(`/${eternal.id}`)).json.session.status).toBe('CREATED');
  expect((await call(`/${mortal.id}`)).status).toBe(404);
});

test('cancelling refuses ended and unknown sessions alike', async () => {
  const { id } = (await create()).json.session;
  const cancelled = await call(`/${id}/cancel`, { method: 'POST' });
  expect(cancelled.json.session).toMatchObject({ id, status: 'CANCELLED', checkout_url: null });
  for (const other of [id, 'che_unknown']) {
    const refused = await call(`/${other}/cancel`, { method: 'POST' });
    expect([refused.status, refused.json.code]).toEqual([400, 'BAD_REQUEST']);
  }
  expect((await call('/che_unknown')).json).toEqual({ code: 'NOT_FOUND', message: expect.any(String) });
});

test('a failed attempt waits for its payment, and does not expire', async () => {
  const { id } = (await create()).json.session;
  expect(sandbox.control.fail({ provider: 'meteroid', id }).status).toBe('AWAITING_PAYMENT');
  sandbox.control.advance({ seconds: 3 * HOUR });
  expect((await call(`/${id}`)).json.session.status).toBe('AWAITING_PAYMENT');
  const paid = sandbox.control.pay({ provider: 'meteroid', id });
  expect(paid).toMatchObject({ status: 'COMPLETED', subscription_id: expect.stringMatching(/^sub_/) });
});

test.each([
  ['no plan', { plan_version_id: undefined }],
  ['a plan that is no id', { plan_version_id: 'starter' }],
  ['a time before now', { expires_in_hours: -1 }],
  ['an amount that is a number', { invoice_threshold: 12.5 }],
  ['a date with a time', { billing_start_date: '2026-01-01T00:00:00Z' }],
  ['an unknown kind of payment', { payment_methods_config: { type: 'cash' } }],
])('refuses %s', async (_, more) => {
  const refused = await create(more);
  expect([refused.status, refused.json.code]).toEqual([400, 'BAD_REQUEST']);
});
