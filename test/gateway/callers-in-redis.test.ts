import { randomBytes } from 'node:crypto';
import { exportSPKI } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { AUDIENCE, ISSUER, makeKey, sign } from '../auth/issuer.ts';
import { recordLog } from '../helpers/log.ts';
import { type RedisServer, startRedis } from '../helpers/redis.ts';
import { startTestSandbox } from '../helpers/sandbox.ts';
import { contentOf } from './replicas-content.ts';

const NAME = 'jane.telling';
const SUBJECT = `${NAME}@mail.example`;
const KEY = `order-of-${NAME}`;

const CREATE = `mutation { createCheckoutSession(input: { idempotencyKey: "${KEY}", session: { flex: {
  lineItems: [{ price: "fprice_1" }], successUrl: "https://shop.example/thanks"
} } }) { checkoutSession { id } userErrors { code message } } }`;
const OPERATION = `{ operation(idempotencyKey: "${KEY}") { state idempotencyKey } }`;

/** Two replicas that know their callers by tokens, and one such caller. */
async function startReplicas(settings: Record<string, string>) {
  // So that what Redis gives of a key holds its bytes as they are.
  const [redis, sandbox, key] = await Promise.all([
    startRedis({ args: ['--rdbcompression', 'no'] }),
    startTestSandbox(),
    makeKey('one'),
  ]);
  onTestFinished(async () => void (await Promise.all([redis.stop(), sandbox.stop()])));
  const { baseUrl, apiKey } = sandbox.addresses.FLEX;
  const config = readConfig({
    ...{ NODE_ENV: 'production', PORT: '0', REDIS_URL: redis.url, FLEX_BASE_URL: baseUrl, FLEX_API_KEY: apiKey },
    ...{ AUTH_MODE: 'jwt', JWT_ISSUER: ISSUER, JWT_AUDIENCE: AUDIENCE },
    JWT_PUBLIC_KEY: await exportSPKI(key.publicKey),
    ...settings,
  });
  const exp = Math.floor(Date.now() / 1000) + 600;
  const token = await sign(key, { sub: SUBJECT, exp, scope: 'checkout:read checkout:write' });
  const open = async () => {
    const server = await startGateway({ config: { ...config, dataDir: null }, log: recordLog().log });
    onTestFinished(() => server.stop(0));
    return async (query: string) => {
      const response = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({ query }),
      });
      return response.json();
    };
  };
  const posts = () => sandbox.control.calls({ provider: 'flex' }).filter(({ method }) => method === 'POST').length;
  return { redis, posts, ask: await open(), askOther: await open() };
}

/** The ways in which a text may stand among other bytes; in base64 it begins at any of three places of a group. */
function formsOf(text: string): string[] {
  const hex = Buffer.from(text).toString('hex');
  const base64 = [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(text)]);
    // What stands in one group with what is around it is another each time.
    const [from, to] = [Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6)];
    return [bytes.toString('base64').slice(from, to), bytes.toString('base64url').slice(from, to)];
  });
  return [text, hex, hex.toUpperCase(), ...base64];
}

/** The keys of Redis that tell a text, by their names or by what lies there. */
async function keysThatTell(redis: RedisServer, text: string): Promise<string[]> {
  const forms = formsOf(text);
  const content = await contentOf(redis);
  return content
    .filter(({ key, dump }) => forms.some((form) => key.includes(form) || dump.includes(form)))
    .map(({ key }) => key);
}

const kindsOf = (keys: readonly string[]) => [
  ...new Set(keys.map((key) => /^checkout-gateway:(?:rate|ledger):\d+:(?:\{operations:\d+\}:\w+)?/.exec(key)?.[0])),
];

test('with a key nobody can read in Redis who made a change, nor under which key of its own; replicas find it', async () => {
  const { redis, posts, ask, askOther } = await startReplicas({
    CACHE_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
  });
  const made = await ask(CREATE);
  expect(made).toMatchObject({ data: { createCheckoutSession: { checkoutSession: { id: expect.any(String) } } } });
  const again = await askOther(CREATE);
  expect(again.data).toEqual(made.data);
  expect(posts()).toBe(1);
  expect((await askOther(OPERATION)).data).toEqual({ operation: { state: 'SUCCEEDED', idempotencyKey: KEY } });
  const keys = (await contentOf(redis)).map(({ key }) => key);
  expect(kindsOf(keys)).toEqual(
    expect.arrayContaining([
      'checkout-gateway:rate:1:',
      expect.stringMatching(/^checkout-gateway:ledger:1:\{operations:\d+\}:id$/),
    ]),
  );
  for (const text of [NAME, 'mail.example', new URL(ISSUER).host]) expect(await keysThatTell(redis, text)).toEqual([]);
});

test('without one, the change tells it, and no name of a key does', async () => {
  const { redis, ask } = await startReplicas({});
  await ask(CREATE);
  const telling = await keysThatTell(redis, NAME);
  expect(telling).toEqual([expect.stringMatching(/:\{operations:\d+\}:id:/)]);
  expect(telling.join()).not.toContain(NAME);
});
