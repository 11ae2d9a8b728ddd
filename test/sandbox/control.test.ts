import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { ProviderName, Sandbox } from '../../sandbox/index.ts';
import { ask, begin, type Json, type Reply, send } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin({ sessions: 30 });
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.reset());

const post = (name: string, body: unknown = {}): Promise<Reply> => send(`${sandbox.controlUrl}/${name}`, { body });
const PROVIDERS: ProviderName[] = ['flexprice', 'meteroid', 'flex'];

async function read(provider: ProviderName, id: string): Promise<Json> {
  const { json } = await ask(sandbox, provider, `/${id}`);
  return provider === 'flexprice' ? json : (json.session ?? json.checkout_session);
}

test('tells what it is and what it can', async () => {
  const { json } = await send(`${sandbox.controlUrl}/`);
  expect(json).toMatchObject({ now: '2026-06-15T12:00:00.250Z', seed: 1, examples: sandbox.examples });
  expect(Object.keys(json.usage)).toContain('POST /fault');
});

test('time passes when it is told to', async () => {
  expect((await post('advance', { seconds: 90 })).json).toEqual({ now: '2026-06-15T12:01:30.250Z' });
});

test.each(PROVIDERS)('%s: the example can be paid, once', async (provider) => {
  const ref = { provider, id: sandbox.examples[provider] };
  const paid = await post('pay', ref);
  expect(paid.status).toBe(200);
  expect(await read(provider, ref.id)).toMatchObject(
    provider === 'flexprice' ? { checkout_status: 'completed' } : paid.json,
  );
  const again = await post('pay', ref);
  expect([again.status, again.json.error]).toEqual([409, expect.stringContaining(ref.id)]);
});

test.each([
  [
    'flexprice',
    { checkout_status: 'on_hold', action: 'new_action', surprise: { deep: [1] }, created_at: '2020-01-01T00:00:00Z' },
  ],
  ['meteroid', { status: 'PAUSED', checkout_type: 'GIFT', surprise: true, created_at: '2020-01-01T00:00:00Z' }],
  ['flex', { status: 'frozen', mode: 'barter', surprise: 'x', created_at: 1_577_836_800_123, customer: 'fcus_x' }],
] as const)('%s: creates what no document knows', async (provider, overrides) => {
  const { json, status } = await post('create', { provider, ...overrides });
  expect(status).toBe(200);
  const id = String(json.id ?? json.checkout_session_id);
  expect(await read(provider, id)).toMatchObject(overrides);
  expect((await post('create', { provider, id })).status).toBe(409);
});

test('created sessions take their place in the list', async () => {
  const old = await post('create', { provider: 'meteroid', created_at: '2001-01-01T00:00:00Z' });
  const young = await post('create', { provider: 'meteroid' });
  const { sessions } = (await ask(sandbox, 'meteroid')).json;
  expect([sessions[0].id, sessions.at(-1).id]).toEqual([young.json.id, old.json.id]);
});

test.each(PROVIDERS)('%s: patches show in get, and can take properties away', async (provider) => {
  const id = sandbox.examples[provider];
  await post('patch', { provider, id, set: { extra: 1, created_at: null }, unset: ['metadata', 'customer_id'] });
  const session = await read(provider, id);
  expect(session).toMatchObject({ extra: 1, created_at: null });
  expect(session).not.toHaveProperty('metadata');
  expect(session).not.toHaveProperty('customer_id');
  expect(sandbox.control.patch({ provider, id, set: { extra: undefined } })).not.toHaveProperty('extra');
});

test.each(PROVIDERS)('%s: a removed session never was', async (provider) => {
  const id = sandbox.examples[provider];
  expect((await post('remove', { provider, id })).json).toEqual({ removed: id });
  expect((await ask(sandbox, provider, `/${id}`)).status).toBe(404);
  expect((await post('session', { provider, id })).json).toBeNull();
});

test('reset puts everything back', async () => {
  await post('advance', { seconds: 3600 });
  await post('switches', { flexTime: 'iso' });
  await post('fault', { provider: 'flex', kind: 'status' });
  await ask(sandbox, 'flex');
  expect((await post('reset')).json).toEqual({ now: '2026-06-15T12:00:00.250Z' });
  expect(sandbox.control.state()).toMatchObject({ faults: [], switches: { flexTime: 'seconds' } });
  expect(sandbox.control.calls()).toEqual([]);
});

test.each([
  ['advance', { seconds: 'x' }, 'seconds'],
  ['advance', { minutes: 1 }, 'seconds'],
  ['pay', { provider: 'stripe', id: 'x' }, 'provider'],
  ['pay', { provider: 'flex' }, 'id'],
  ['fault', { provider: 'flex', kind: 'explode' }, 'kind'],
  ['fault', { provider: 'flex', kind: 'status', match: { path: '(' } }, 'match.path'],
  ['fault', { provider: 'flex', kind: 'status', status: 99 }, 'status'],
  ['switches', { flexTime: 'days' }, 'flexTime'],
  ['advance', '{', 'JSON'],
  ['advance', 'null', 'input'],
])('%s refuses %j and says why', async (name, body, word) => {
  const { status, json } = await post(name, body);
  expect(status).toBe(400);
  expect(json.error).toContain(word);
});

test('unknown paths, sessions and methods', async () => {
  expect((await post('explode')).status).toBe(404);
  expect((await send(`${sandbox.controlUrl}/advance`)).status).toBe(405);
  expect((await post('pay', { provider: 'flex', id: 'fcs_x' })).status).toBe(404);
  expect((await send(`${sandbox.controlUrl}/calls`, { query: { provider: 'flex' } })).json).toEqual([]);
});
