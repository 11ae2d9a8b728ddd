import { connect } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ProviderName, Sandbox } from '../../sandbox/index.ts';
import { ask, begin, credentials, PATHS, type Reply, send } from './client.ts';

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await begin({ sessions: 20 });
});
afterAll(() => sandbox.stop());

const PROVIDERS: ProviderName[] = ['flexprice', 'meteroid', 'flex'];

/** An error in the provider's own shape. */
function expectError(provider: ProviderName, { status, json }: Reply, wanted: number): void {
  expect(status).toBe(wanted);
  const message = expect.any(String);
  if (provider === 'flexprice') expect(json).toEqual({ code: message, http_status_code: wanted, message });
  if (provider === 'meteroid') expect(json).toEqual({ code: message, message });
  if (provider === 'flex') expect(json.error).toMatchObject({ type: message, message });
}

test.each(PROVIDERS)('%s wants its credentials', async (provider) => {
  const url = sandbox.providers[provider].baseUrl + PATHS[provider];
  const right = Object.keys(credentials(sandbox, provider))[0] ?? '';
  const wrong = provider === 'flexprice' ? 'authorization' : 'x-api-key';
  const { apiKey } = sandbox.providers[provider];
  for (const headers of [{}, { [right]: 'Bearer nonsense' }, { [wrong]: apiKey }]) {
    expectError(provider, await send(`${url}/x`, { headers }), 401);
  }
});

test.each(PROVIDERS)('%s: unknown paths, wrong methods, bad JSON, too much of it', async (provider) => {
  expectError(provider, await ask(sandbox, provider, '/a/b/c'), 404);
  const wrong = await ask(sandbox, provider, '', { method: 'PUT', body: {} });
  expectError(provider, wrong, 405);
  expect(wrong.headers.get('allow')).toContain('POST');
  expectError(provider, await ask(sandbox, provider, '', { body: '{"a":' }), 400);
  expectError(provider, await ask(sandbox, provider, '/%zz'), 400);
  expectError(provider, await ask(sandbox, provider, '', { body: 'x'.repeat(2_000_000) }), 413);
});

test.each(PROVIDERS)('%s survives odd bodies', async (provider) => {
  for (const body of ['null', '[]', '1', '"x"', '{}', '{"checkout_session":null}', '{"__proto__":{"a":1}}', '']) {
    const { status } = await ask(sandbox, provider, '', { method: 'POST', body });
    expect([400, 422]).toContain(status);
  }
});

test('survives what is not HTTP', async () => {
  const { port } = new URL(sandbox.providers.flex.baseUrl);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.on('close', () => resolve());
    socket.end('nonsense\r\n\r\n');
  });
  expect((await ask(sandbox, 'flex')).status).toBe(200);
});

test('a port in use is the system’s own error, and nothing stays open', async () => {
  const port = Number(new URL(sandbox.controlUrl).port);
  await expect(begin({ ports: { control: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' });
});
