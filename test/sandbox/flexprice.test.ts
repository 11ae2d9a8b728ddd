import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/index.ts';
import { ask, BODIES, begin, type Reply, type Request } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.reset());

const call = (path = '', request: Request = {}): Promise<Reply> => ask(sandbox, 'flexprice', path, request);
const create = (more: object = {}): Promise<Reply> => call('', { body: { ...BODIES.flexprice, ...more } });

test('a session is a bare object whose missing properties are left out', async () => {
  const { status, json } = await call(`/${sandbox.examples.flexprice}`);
  expect(status).toBe(200);
  expect(json).toMatchObject({ id: sandbox.examples.flexprice, checkout_status: 'pending', status: 'published' });
  expect(json.payment_action.url).toMatch(/^https:\/\/checkout\..*\.example\//);
  expect(Object.values(json)).not.toContain(null);
  expect(json).not.toHaveProperty('completed_at');
});

test('a created session has no link until a moment later', async () => {
  const created = await create();
  expect(created.status).toBe(201);
  expect(created.json).toMatchObject({ checkout_status: 'initiated', metadata: { b: '2', a: '1' } });
  expect(created.json).not.toHaveProperty('payment_action');
  expect(created.json.configuration.create_subscription_params.currency).toBe('usd');
  sandbox.control.advance({ seconds: 1 });
  const later = await call(`/${created.json.id}`);
  expect(later.json).toMatchObject({ checkout_status: 'pending', payment_action: { url: expect.any(String) } });
});

test('a switch makes the link come with the answer', async () => {
  sandbox.control.switches({ flexpriceLinkDelayMs: 0 });
  expect((await create()).json.checkout_status).toBe('pending');
});

test('sessions live fifteen minutes', async () => {
  const { json } = await create();
  sandbox.control.advance({ seconds: 15 * 60 - 1 });
  expect((await call(`/${json.id}`)).json.checkout_status).toBe('pending');
  sandbox.control.advance({ seconds: 1 });
  expect((await call(`/${json.id}`)).json.checkout_status).toBe('expired');
});

test('a used idempotency key is refused while the session is active, and free afterwards', async () => {
  const first = await create({ idempotency_key: 'k' });
  const second = await create({ idempotency_key: 'k' });
  expect(second.status).toBe(409);
  expect(second.json).toMatchObject({ code: 'already_exists', http_status_code: 409 });
  expect(second.text).not.toContain(first.json.id);
  sandbox.control.fail({ provider: 'flexprice', id: first.json.id });
  const third = await create({ idempotency_key: 'k' });
  expect(third.status).toBe(201);
  expect(third.json.id).not.toBe(first.json.id);
  expect(sandbox.control.effects({ provider: 'flexprice' })).toMatchObject([{ idempotencyKey: 'k', count: 2 }]);
});

test('deleting archives, also twice; the session can still be read', async () => {
  const id = sandbox.examples.flexprice;
  for (let i = 0; i < 2; i += 1) {
    const gone = await call(`/${id}`, { method: 'DELETE' });
    expect([gone.status, gone.text]).toEqual([204, '']);
  }
  expect((await call(`/${id}`)).json).toMatchObject({ status: 'archived', checkout_status: 'pending' });
  expect((await call('/cs_unknown', { method: 'DELETE' })).status).toBe(404);
  expect(sandbox.control.effects()).toMatchObject([{ operation: 'delete', count: 1 }]);
});

test('paying makes subscription, invoice and payment; results show only by a switch', async () => {
  const { id } = (await create()).json;
  const paid = sandbox.control.pay({ provider: 'flexprice', id });
  expect(paid).toMatchObject({ checkout_status: 'completed', checkout_invoice_id: expect.stringMatching(/^inv_/) });
  expect(paid).not.toHaveProperty('result');
  sandbox.control.switches({ flexpriceResults: true });
  const shown = await call(`/${id}`);
  expect(shown.json.result.create_subscription_result.subscription_id).toMatch(/^subs_/);
  expect(shown.json.provider_result.provider_session_id).toBeDefined();
});

test('failing gives a reason, cancelling a mark', async () => {
  const failed = sandbox.control.fail({ provider: 'flexprice', id: (await create()).json.id });
  expect(failed).toMatchObject({ checkout_status: 'failed', failure_reason: expect.any(String) });
  const cancelled = sandbox.control.cancel({ provider: 'flexprice', id: (await create()).json.id });
  expect(cancelled).toMatchObject({ checkout_status: 'initiated', cancelled_at: expect.any(String) });
});

test.each([
  ['no customer', { customer_external_id: undefined }, 400, 'validation_error'],
  ['an action that only the server knows', { action: 'wallet_topup' }, 400, 'invalid_operation'],
  ['another payment provider', { payment_provider: 'stripe' }, 400, 'validation_error'],
  ['no parameters', { configuration: {} }, 400, 'validation_error'],
  ['metadata that is not text', { metadata: { a: 1 } }, 400, 'validation_error'],
  ['an unknown customer', { customer_external_id: 'missing' }, 404, 'not_found'],
])('refuses %s', async (_, more, status, code) => {
  const { json, ...reply } = await create(more);
  expect(reply.status).toBe(status);
  expect(json).toEqual({ code, http_status_code: status, message: expect.any(String) });
});

test('seeds have every status, every action, cancelled ones and empty configurations', () => {
  const all = sandbox.control.sessions({ provider: 'flexprice', limit: 1000 });
  const having = (name: string): unknown[] => [...new Set(all.map((session) => session[name]))].sort();
  expect(having('checkout_status')).toEqual(['completed', 'expired', 'failed', 'initiated', 'pending']);
  expect(having('action')).toEqual(['add_addon', 'create_subscription', 'modify_subscription', 'wallet_topup']);
  expect(having('status')).toEqual(expect.arrayContaining(['archived', 'published']));
  expect(all.filter((session) => session.cancelled_at !== undefined).length).toBeGreaterThan(0);
  expect(sandbox.control.sessions({ provider: 'flexprice', where: { configuration: {} } }).length).toBeGreaterThan(0);
  expect(all.every((session) => /^cs_[0-9A-HJKMNP-TV-Z]{26}$/.test(String(session.id)))).toBe(true);
});
