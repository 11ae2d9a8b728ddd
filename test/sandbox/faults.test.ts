import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { FaultSpec, ProviderName, Sandbox } from '../../sandbox/index.ts';
import { ask, BODIES, begin, type Reply, type Request } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin({ sessions: 20 });
});
afterAll(() => sandbox.stop());
beforeEach(() => sandbox.control.reset());

const flex = (path = '', request: Request = {}): Promise<Reply> => ask(sandbox, 'flex', path, request);
const order = (fault: Partial<FaultSpec> & Pick<FaultSpec, 'kind'>): unknown =>
  sandbox.control.fault({ provider: 'flex', times: 1, ...fault });
const effects = (): number => sandbox.control.effects().reduce((sum, effect) => sum + effect.count, 0);

test.each([
  ['flexprice', { code: 'too_many_requests', http_status_code: 429 }],
  ['meteroid', { code: 'TOO_MANY_REQUESTS' }],
  ['flex', { error: { type: 'rate_limit_error' } }],
] as const)('a status in the shape of %s, with headers', async (provider: ProviderName, shape) => {
  const headers = { 'retry-after': '7' };
  sandbox.control.fault({ provider, kind: 'status', status: 429, headers, times: 2 });
  for (let i = 0; i < 2; i += 1) {
    const reply = await ask(sandbox, provider, `/${sandbox.examples[provider]}`);
    expect(reply.status).toBe(429);
    expect(reply.headers.get('retry-after')).toBe('7');
    expect(reply.json).toMatchObject(shape);
  }
  expect((await ask(sandbox, provider, `/${sandbox.examples[provider]}`)).status).toBe(200);
});

test('only the calls that match are struck', async () => {
  order({ kind: 'status', match: { method: 'post', path: '/cancel$' } });
  expect((await flex(`/${sandbox.examples.flex}`)).status).toBe(200);
  expect((await flex(`/${sandbox.examples.flex}/cancel`, { method: 'POST' })).status).toBe(503);
});

test.each(['reset', 'hang', 'status'] as const)('%s before the effect, and after it', async (kind) => {
  const create = (): Promise<unknown> =>
    fetch(`${sandbox.providers.flex.baseUrl}/v1/checkout/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${sandbox.providers.flex.apiKey}`, 'idempotency-key': 'k' },
      body: JSON.stringify(BODIES.flex),
      signal: AbortSignal.timeout(300),
    }).then((response) => response.status);
  for (const [when, count] of [
    ['before', 0],
    ['after', 1],
  ] as const) {
    order({ kind, when });
    const outcome = await create().catch((error: unknown) => error);
    if (kind === 'status') expect(outcome).toBe(503);
    else expect(outcome).toBeInstanceOf(Error);
    expect(effects()).toBe(count);
  }
  expect(await create()).toBe(200);
  expect(effects()).toBe(1);
});

test('a truncated answer names its whole length and brings half', async () => {
  order({ kind: 'truncate' });
  const { baseUrl, apiKey } = sandbox.providers.flex;
  const response = await fetch(`${baseUrl}/v1/checkout/sessions`, { headers: { authorization: `Bearer ${apiKey}` } });
  expect(Number(response.headers.get('content-length'))).toBeGreaterThan(1000);
  await expect(response.text()).rejects.toThrow();
});

test('a raw body with its own status and headers', async () => {
  const headers = { 'content-type': 'text/html' };
  order({ kind: 'body', status: 502, headers, body: '"<html>"' });
  const reply = await flex();
  expect([reply.status, reply.text, reply.headers.get('content-type')]).toEqual([502, '"<html>"', 'text/html']);
});

test('a delay delays, and the answer comes', async () => {
  order({ kind: 'delay', delayMs: 120 });
  const began = performance.now();
  expect((await flex()).status).toBe(200);
  expect(performance.now() - began).toBeGreaterThan(100);
});

test('a rate strikes some', async () => {
  order({ kind: 'status', rate: 0.5, times: 1000 });
  const statuses = await Promise.all(Array.from({ length: 60 }, async () => (await flex()).status));
  expect(new Set(statuses)).toEqual(new Set([200, 503]));
  expect(sandbox.control.clearFaults()).toEqual({ cleared: 1 });
  expect((await flex()).status).toBe(200);
});

test('the log keeps what was sent, but for credentials', async () => {
  await flex('', { body: BODIES.flex, headers: { 'idempotency-key': 'k' } });
  const [call] = sandbox.control.calls({ provider: 'flex' });
  expect(call).toMatchObject({ method: 'POST', status: 200, headers: { 'idempotency-key': 'k' }, body: BODIES.flex });
  expect(call?.effect).toMatchObject({ operation: 'create', key: 'k' });
  expect(JSON.stringify(sandbox.control.calls())).not.toContain(sandbox.providers.flex.apiKey);
});
