import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Sandbox } from '../../sandbox/index.ts';
import { ask, BODIES, begin, type Json, type Reply, type Request } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin();
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.reset());

const call = (path = '', request: Request = {}): Promise<Reply> => ask(sandbox, 'flex', path, request);
const keyed = (path: string, key: string, inner: object = {}): Promise<Reply> =>
  call(path, { body: { checkout_session: inner }, headers: { 'idempotency-key': key } });
const create = async (more: object = {}): Promise<Json> => {
  const body = { checkout_session: { ...BODIES.flex.checkout_session, ...more } };
  return (await call('', { body })).json.checkout_session;
};
const pay = (session: Json): Json => sandbox.control.pay({ provider: 'flex', id: String(session.checkout_session_id) });

test('references are ids unless they are expanded', async () => {
  const path = `/${sandbox.examples.flex}`;
  const plain = (await call(path)).json.checkout_session;
  const query = { expand_customer: 'true', expand: 'payment_intent' };
  const expanded = (await call(path, { query })).json.checkout_session;
  expect(plain.customer).toMatch(/^fcus_/);
  expect(expanded.customer).toMatchObject({
    customer_id: plain.customer,
    email: expect.stringContaining('@example.com'),
  });
  expect(expanded.payment_intent).toMatchObject({
    payment_intent_id: plain.payment_intent,
    amount: plain.amount_total,
  });
});

test('times are Unix seconds, or what the switch says', async () => {
  const read = async (): Promise<unknown> => (await call(`/${sandbox.examples.flex}`)).json.checkout_session.created_at;
  const seconds = Number(await read());
  sandbox.control.switches({ flexTime: 'milliseconds' });
  const milliseconds = Number(await read());
  sandbox.control.switches({ flexTime: 'iso' });
  expect(Math.floor(milliseconds / 1000)).toBe(seconds);
  expect(await read()).toBe(new Date(milliseconds).toISOString());
});

test('a created session keeps its placeholder and its sums', async () => {
  const session = await create({ metadata: { z: '1', a: '2' }, fees: [{ name: 'handling', amount: 300 }] });
  expect(session.success_url).toContain('{CHECKOUT_SESSION_ID}');
  expect(session.status).toBe('open');
  const lines = (await call(`/${session.checkout_session_id}/line_items`)).json.line_items as Json[];
  const subtotal = lines.reduce((sum, line) => sum + Number(line.amount_total), 0);
  expect(session).toMatchObject({ amount_subtotal: subtotal, amount_total: subtotal + 300 });
  expect(Object.keys(session.metadata as Json)).toEqual(['z', 'a']);
});

test('a key replays its answer, and refuses another body', async () => {
  const inner = { success_url: 'https://shop.example.com/' };
  const one = await keyed('', 'k', inner);
  const two = await keyed('', 'k', inner);
  expect(two.json).toEqual(one.json);
  expect(two.headers.get('idempotency-replayed')).toBe('true');
  const other = await keyed('', 'k', { ...inner, mode: 'setup' });
  expect([other.status, other.json.error.type]).toEqual([400, 'idempotency_error']);
  expect(sandbox.control.effects()).toMatchObject([{ operation: 'create', idempotencyKey: 'k', count: 1 }]);
});

test('a key is not used up by a body that was refused', async () => {
  expect((await keyed('', 'k', {})).status).toBe(422);
  expect((await keyed('', 'k', { success_url: 'https://shop.example.com/' })).status).toBe(200);
});

test('manual capture: authorised, captured in parts, renewed, and then refunded', async () => {
  const session = await create({ capture_method: 'manual' });
  const path = `/${session.checkout_session_id}`;
  const total = Number(session.amount_total);
  expect(pay(session)).toMatchObject({ status: 'complete', amount_received: 0 });
  const part = await keyed(`${path}/capture`, 'c1', { amount: 1000 });
  expect(part.json.checkout_session).toMatchObject({ amount_received: 1000, captures: [{ amount: 1000 }] });
  expect((await keyed(`${path}/capture`, 'c2', { amount: total })).json.error.code).toBe('amount_too_large');
  sandbox.control.advance({ seconds: 8 * 86_400 });
  expect((await keyed(`${path}/capture`, 'c3')).status).toBe(400);
  expect((await keyed(`${path}/reauth`, 'r1')).status).toBe(200);
  expect((await keyed(`${path}/capture`, 'c4')).json.checkout_session.amount_received).toBe(total);
  expect((await keyed(`${path}/cancel`, 'x')).json.error.code).toBe('checkout_session_unexpected_state');
  const back = await keyed(`${path}/refund`, 'f1', { amount: 100, refund_metadata: { why: 'late' } });
  expect(back.json.checkout_session).toMatchObject({ amount_refunded: 100, refunds: [{ metadata: { why: 'late' } }] });
  expect(back.json.checkout_session.refunds[0].created_at).toMatch(/^\d{4}-.*Z$/);
});

test('a refund by lines, its preview, all that is left, and no more', async () => {
  const session = await create();
  const path = `/${session.checkout_session_id}`;
  expect((await keyed(`${path}/refund`, 'early')).status).toBe(400);
  pay(session);
  const lines = {
    line_items: [{ product: 'fprod_x', amount_to_refund: 500 }],
    amount_shipping: 50,
    amount_discount: 20,
  };
  const preview = await call(`${path}/refund_allocation`, { body: { checkout_session: lines } });
  expect(preview.json.allocations).toEqual([
    { payment_method_id: expect.any(String), last4: expect.any(String), amount: 530 },
  ]);
  expect((await keyed(`${path}/refund`, 'f1', lines)).json.checkout_session.amount_refunded).toBe(530);
  const all = await keyed(`${path}/refund`, 'f2');
  expect(all.json.checkout_session.amount_refunded).toBe(session.amount_total);
  expect((await keyed(`${path}/refund`, 'f3')).json.error.code).toBe('charge_already_refunded');
  expect((await keyed(`${path}/refund`, 'f2')).headers.get('idempotency-replayed')).toBe('true');
});

test('cancelling releases an authorisation, and only once', async () => {
  const session = await create({ capture_method: 'manual' });
  pay(session);
  const path = `/${session.checkout_session_id}/cancel`;
  expect((await call(path, { method: 'POST' })).json.checkout_session.status).toBe('canceled');
  expect((await call(path, { method: 'POST' })).status).toBe(400);
});

test('confirm demands a key and a saved method; declines are final for the key', async () => {
  const saved = await create({ mode: 'off_session', payment_method: 'fpm_declined' });
  const path = `/${saved.checkout_session_id}/confirm`;
  expect((await call(path, { method: 'POST' })).json.error.param).toBe('Idempotency-Key');
  expect((await keyed(path, 'k1')).json.error).toMatchObject({ type: 'card_error', code: 'card_declined' });
  expect((await keyed(path, 'k1')).status).toBe(402);
  expect((await keyed(path, 'k2', { payment_method: 'fpm_good' })).json.checkout_session.status).toBe('complete');
  const unsaved = await create();
  expect((await keyed(`/${unsaved.checkout_session_id}/confirm`, 'k3')).json.error.code).toBe('payment_method_missing');
});

test('paid is a session with a letter to come', async () => {
  const { checkout_sessions } = (await call('', { query: { status: 'paid', limit: '1' } })).json;
  const session = checkout_sessions[0] as Json;
  expect(session).toMatchObject({ letter_of_medical_necessity_required: true, amount_received: session.amount_total });
  expect(pay(session).status).toBe('complete');
});

test('the two shapes of errors', async () => {
  const unknown = await call('/fcs_unknown');
  expect(unknown.json).toEqual({
    error: { type: 'invalid_request_error', code: 'resource_missing', message: expect.any(String) },
  });
  const missing = await call('', { body: { checkout_session: { line_items: [{ price: 'fprice_x' }] } } });
  expect(missing.json).toEqual({
    detail: [{ loc: ['body', 'checkout_session', 'success_url'], msg: 'Field required', type: 'missing' }],
  });
  const body = { checkout_session: { success_url: 'https://a.example', line_items: [{ price: 'price_missing' }] } };
  expect((await call('', { body })).json.detail[0].type).toBe('price_not_found');
});

test('the seeds have captures, refunds, disputes, letters, manual captures and ties', async () => {
  const pages = await Promise.all(
    [0, 100, 200].map((offset) => call('', { query: { limit: '100', offset: String(offset) } })),
  );
  const all = pages.flatMap((page) => page.json.checkout_sessions as Json[]);
  const some = (test: (session: Json) => boolean): boolean => all.some(test);
  expect(all).toHaveLength(300);
  for (const list of ['captures', 'refunds', 'disputes'])
    expect(some((one) => (one[list] as []).length > 0)).toBe(true);
  expect(some((one) => one.capture_method === 'manual')).toBe(true);
  expect(some((one) => one.hsa_fsa_eligible === true)).toBe(true);
  expect(some((one) => one.customer === undefined)).toBe(true);
  expect(new Set(all.map((one) => one.created_at)).size).toBeLessThan(290);
  expect([...new Set(all.map((one) => one.status))].sort()).toEqual([
    'canceled',
    'complete',
    'expired',
    'open',
    'paid',
  ]);
});
