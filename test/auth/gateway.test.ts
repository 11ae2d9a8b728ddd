import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { startJsonServer } from '../helpers/json-server.ts';
import { recordLog } from '../helpers/log.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { AUDIENCE, ISSUER, makeKey, type SigningKey, sign, startIssuer } from './issuer.ts';

const KEY = 'a-key-of-the-shop-8c1f';
const HASH = createHash('sha256').update(KEY).digest('hex');

const CREATE = `mutation { createCheckoutSession(input: { idempotencyKey: "order-1", session: { flex: {
  lineItems: [{ price: "fprice_1" }], successUrl: "https://shop.example/thanks"
} } }) { checkoutSession { id } userErrors { code message } } }`;

/** The whole gateway as it runs in production, with these settings. */
async function start(settings: Record<string, string>, now?: () => number) {
  const provider = await startJsonServer(() => ({ status: 404, body: {} }));
  onTestFinished(() => provider.stop());
  const config = readConfig({
    NODE_ENV: 'production',
    PORT: '0',
    FLEX_API_KEY: 'fsk_test_77aa',
    FLEX_BASE_URL: provider.url,
    ...settings,
  });
  const { log, lines } = recordLog(config.secrets);
  const server = await startGateway({ config: { ...config, dataDir: null }, log, ...(now && { now }) });
  onTestFinished(() => server.stop(0));
  const ask = (query: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ query }),
    });
  return { ask, lines, wsUrl: `ws://127.0.0.1:${server.port}/graphql` };
}

const HEALTH = '{ providers { provider health } }';
const CHANGE = `mutation { cancelCheckoutSession(input: { id: "x", idempotencyKey: "k" }) { __typename } }`;

test('production starts with API keys, and tells nobody else anything', async () => {
  const { ask, lines } = await start({ AUTH_MODE: 'api-key', API_KEYS: `shop:${HASH}:checkout:read` });
  const statusOf = async (query: string, headers?: Record<string, string>) => (await ask(query, headers)).status;
  expect(await statusOf(HEALTH)).toBe(401);
  expect(await statusOf(HEALTH, { 'x-api-key': HASH })).toBe(401);
  expect(await statusOf(HEALTH, { 'x-api-key': KEY })).toBe(200);
  expect(await statusOf(HEALTH, { authorization: `Bearer ${KEY}` })).toBe(200);
  expect(lines.join('\n')).not.toContain(KEY);
  expect(lines.join('\n')).not.toContain(HASH);
});

test('production warns once, by the names of the settings, that keys go out in the clear', async () => {
  const auth = { AUTH_MODE: 'api-key', API_KEYS: `shop:${HASH}:checkout:read` };
  const warnings = async (settings: Record<string, string>) =>
    (await start({ ...auth, ...settings })).lines.filter((line) => line.includes('in the clear'));
  // Nobody asks these providers for anything.
  const [warning = '', ...more] = await warnings({
    FLEX_BASE_URL: 'HTTP://flex.canary.invalid/api',
    METEROID_API_KEY: 'k-meteroid',
    METEROID_BASE_URL: 'http://127.0.0.1.canary.invalid',
    FLEXPRICE_API_KEY: 'k-flexprice',
  });
  expect(more).toEqual([]);
  expect(JSON.parse(warning).settings).toEqual(['METEROID_BASE_URL', 'FLEX_BASE_URL']);
  expect(warning).not.toContain('canary');
  for (const FLEX_BASE_URL of ['https://flex.invalid', 'http://localhost:1', 'http://127.8.9.1', 'http://[::1]:1']) {
    expect(await warnings({ FLEX_BASE_URL }), FLEX_BASE_URL).toEqual([]);
  }
  expect(await warnings({ NODE_ENV: 'test', FLEX_BASE_URL: 'http://flex.invalid' })).toEqual([]);
});

test('a caller that changes over to another key stays who it is: its idempotency keys and its rate are the same', async () => {
  const sandbox = await startTestSandbox();
  onTestFinished(() => sandbox.stop());
  const newKey = 'the-next-key-of-the-shop-17d0';
  const newHash = createHash('sha256').update(newKey).digest('hex');
  const { ask } = await start({
    AUTH_MODE: 'api-key',
    API_KEYS: `shop:${HASH}:checkout:write,shop:${newHash}:checkout:write`,
    RATE_LIMIT: '2/3600',
    FLEX_API_KEY: sandbox.addresses.FLEX.apiKey,
    FLEX_BASE_URL: sandbox.addresses.FLEX.baseUrl,
  });
  const create = (key: string) => ask(CREATE, { 'x-api-key': key });
  const made = await (await create(KEY)).json();
  expect(made).toMatchObject({ data: { createCheckoutSession: { checkoutSession: { id: expect.any(String) } } } });
  const again = await (await create(newKey)).json();
  expect(again).toMatchObject({ data: made.data, extensions: { idempotency: expect.anything() } });
  expect(sandbox.control.calls({ provider: 'flex' }).filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect((await create(newKey)).status).toBe(429);
  expect((await create(KEY)).status).toBe(429);
});

let first: SigningKey;
let second: SigningKey;
beforeAll(async () => {
  [first, second] = await Promise.all([makeKey('first', 'RS256'), makeKey('second', 'EdDSA')]);
});

const seconds = () => Math.floor(Date.now() / 1000);
const token = (key: SigningKey, claims: Record<string, unknown> = {}) => sign(key, { exp: seconds() + 60, ...claims });

test('production starts with tokens, and no token is told to anybody', async () => {
  const issuer = await startIssuer([first]);
  const { ask, lines } = await start({
    AUTH_MODE: 'jwt',
    JWT_JWKS_URL: issuer.jwksUrl,
    JWT_ISSUER: ISSUER,
    JWT_AUDIENCE: AUDIENCE,
  });
  const tokens = {
    good: await token(first),
    writer: await token(first, { scope: 'checkout:write' }),
    over: await token(first, { exp: seconds() - 60 }),
    bound: await token(first, { checkout_customers: [] }),
    forged: await token(second),
    broken: await token(first, { checkout_customers: 'all' }),
  };
  const ofAll = async (query: string) =>
    Object.fromEntries(
      await Promise.all(
        Object.entries(tokens).map(async ([name, text]) => {
          const response = await ask(query, { authorization: `Bearer ${text}` });
          const body = await response.text();
          for (const other of Object.values(tokens)) expect(body).not.toContain(other);
          return [name, response.status];
        }),
      ),
    );
  expect(await ofAll(HEALTH)).toEqual({ good: 200, writer: 403, over: 401, bound: 200, forged: 401, broken: 401 });
  expect(await ofAll(CHANGE)).toMatchObject({ good: 403, over: 401, bound: 403, forged: 401, broken: 401 });
  expect((await ask(HEALTH)).status).toBe(401);
  const log = lines.join('\n');
  for (const text of Object.values(tokens)) for (const part of text.split('.')) expect(log).not.toContain(part);
});

test('a subscription ends with its token, by the clock of the gateway', async () => {
  const issuer = await startIssuer([first]);
  let ahead = 0;
  const settings = { AUTH_MODE: 'jwt', JWT_JWKS_URL: issuer.jwksUrl, JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE };
  const { wsUrl } = await start(settings, () => Date.now() + ahead);
  // With what is left of the tolerance, this one is good for about a second.
  const text = await token(first, { exp: seconds() - 3 });
  const closes: unknown[] = [];
  const client = createClient({
    url: wsUrl,
    webSocketImpl: WebSocket,
    lazy: false,
    retryAttempts: 0,
    onNonLazyError: () => {},
    connectionParams: { authorization: `Bearer ${text}` },
    on: { closed: (event) => closes.push(event) },
  });
  onTestFinished(() => client.dispose());
  await sleep(300);
  expect(closes).toEqual([]);
  ahead = 3000;
  await expect.poll(() => closes.length, { timeout: 5000 }).toBe(1);
  expect(closes[0]).toMatchObject({ code: 4403, reason: 'The token expired; connect again with a new one' });
});
