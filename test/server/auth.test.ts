import { createHash } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ApiKey, apiKeyCheck } from '../../src/auth/api-keys.ts';
import { GatewayError } from '../../src/checkout/errors.ts';
import type { GraphQLServerOptions } from '../../src/server/index.ts';
import { keysFor } from './auth-callers.ts';
import { exchange, openSocket } from './raw-socket.ts';
import { startTestServer } from './test-server.ts';

const KEYS: readonly ApiKey[] = keysFor({
  both: ['checkout:read', 'checkout:write'],
  reader: ['checkout:read'],
  writer: ['checkout:write'],
  none: [],
});

type Authenticate = NonNullable<GraphQLServerOptions<object>['authenticate']>;

const check = apiKeyCheck(KEYS);
const authenticate: Authenticate = async (presented) => check(presented);
const start = (overrides: Parameters<typeof startTestServer>[0] = {}) =>
  startTestServer({ authenticate, ...overrides });
const as = (name: string) => ({ authorization: `Bearer key-of-${name}` });

const REFUSED = {
  errors: [
    {
      message: 'Expected one API key that is known here, as `authorization: Bearer <key>` or `x-api-key: <key>`.',
      extensions: { code: 'UNAUTHENTICATED', retryable: false, requestId: expect.any(String) },
    },
  ],
};

async function expectRefused(response: Response): Promise<void> {
  expect(response.status).toBe(401);
  expect(response.headers.get('www-authenticate')).toBe('Bearer');
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  const body = (await response.json()) as typeof REFUSED;
  expect(body).toEqual(REFUSED);
  expect(response.headers.get('x-request-id')).toBe(body.errors[0]?.extensions.requestId);
}

test.each([
  { query: '{ __typename }' },
  { query: '{ __schema { types { name } } }' },
  { query: 'mutation { touch(name: "x") }' },
  { query: '{ nonsense' },
  {},
  { extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } },
  'not json',
])('nothing is answered to strangers: %j', async (body) => {
  const { post, lines, touched } = await start();
  await expectRefused(await post(body));
  await expectRefused(await post(body, { authorization: 'Bearer wrong-key-77' }));
  await expectRefused(await post(body, { 'content-type': 'text/plain' }));
  expect(lines).toEqual([]);
  expect(touched).toEqual([]);
});

test('nothing is answered to strangers who GET', async () => {
  const { url } = await start();
  for (const query of ['{hello}', '{__typename}', '{nonsense', 'mutation{touch(name:"x")}']) {
    const address = `${url}/graphql?query=${encodeURIComponent(query)}`;
    await expectRefused(await fetch(address));
    await expectRefused(await fetch(address, { headers: { 'x-api-key': 'wrong' } }));
  }
  await expectRefused(await fetch(`${url}/graphql`));
  const known = await fetch(`${url}/graphql?query={hello}`, { headers: as('reader') });
  expect(await known.json()).toEqual({ data: { hello: 'hello world' } });
});

test('pages, health, metrics and the way to webhooks are for everybody', async () => {
  const { url, ready } = await start();
  ready();
  const statusOf = async (path: string, init?: RequestInit) => (await fetch(`${url}${path}`, init)).status;
  for (const path of ['/', '/healthz', '/readyz', '/metrics', '/graphiql']) expect(await statusOf(path)).toBe(200);
  const page = await fetch(`${url}/graphql?query={hello}`, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-type')).toMatch(/^text\/html/);
  expect(await page.text()).not.toContain('hello world');
  const webhook = await fetch(`${url}/webhooks/flex`, { method: 'POST', body: '{}' });
  expect((await webhook.text()).includes('API key')).toBe(false);
});

test('who is known is told to resolvers', async () => {
  const names: string[] = [];
  const { post } = await start({
    createContext: (info) => {
      names.push(info.caller.name);
      return { info, touched: [], gate: Promise.resolve() };
    },
  });
  await post({ query: '{ hello }' }, as('reader'));
  await post({ query: '{ hello }' }, { 'x-api-key': 'key-of-both' });
  expect(names).toEqual(['key:reader', 'key:both']);
});

test('where callers are not told apart, anyone asks', async () => {
  const { post } = await startTestServer();
  const response = await post({ query: 'mutation { touch(name: "x") }' }, { 'x-api-key': 'x' });
  expect(await response.json()).toEqual({ data: { touch: 1 } });
});

const QUERY = 'query Q { hello }';
const MUTATION = 'mutation M { touch(name: "x") }';

test.each([
  ['reader', QUERY, 200],
  ['reader', MUTATION, 403],
  ['writer', MUTATION, 200],
  ['writer', QUERY, 403],
  ['writer', '{ __typename }', 403],
  ['writer', '{ __schema { queryType { name } } }', 403],
  ['both', QUERY, 200],
  ['both', MUTATION, 200],
  ['none', QUERY, 403],
  ['none', MUTATION, 403],
])('%s asks %s: %i', async (name, query, status) => {
  const { post, touched, lines } = await start();
  const response = await post({ query }, as(name));
  expect(response.status).toBe(status);
  const { data, errors } = (await response.json()) as { data?: unknown; errors?: unknown[] };
  const kind = query === MUTATION ? 'mutation' : 'query';
  const scope = query === MUTATION ? 'checkout:write' : 'checkout:read';
  expect(errors).toEqual(
    status === 200
      ? undefined
      : [
          {
            message: `A ${kind} needs the scope ${scope}, and this caller does not have it.`,
            extensions: { code: 'FORBIDDEN', retryable: false, requestId: expect.any(String) },
          },
        ],
  );
  expect(data === undefined).toBe(status !== 200);
  expect(touched).toEqual(status === 200 && query === MUTATION ? ['x'] : []);
  expect(lines).toEqual([]);
});

test('of several operations, the one that is named counts', async () => {
  const { post, touched } = await start();
  const query = `${QUERY} ${MUTATION}`;
  const statusOf = async (operationName?: string | null) => (await post({ query, operationName }, as('reader'))).status;
  expect(await statusOf('Q')).toBe(200);
  expect(await statusOf('M')).toBe(403);
  for (const name of [undefined, null, '', 'm', 'X']) expect(await statusOf(name)).toBe(400);
  expect(touched).toEqual([]);
});

test('a hash that stands for a mutation needs its scope too', async () => {
  const { post, touched } = await start();
  const persistedQuery = { version: 1, sha256Hash: createHash('sha256').update(MUTATION).digest('hex') };
  expect((await post({ query: MUTATION, extensions: { persistedQuery } }, as('both'))).status).toBe(200);
  expect((await post({ extensions: { persistedQuery } }, as('reader'))).status).toBe(403);
  expect(touched).toEqual(['x']);
});

test('a header that came twice is not taken for one', async () => {
  const { port, lines } = await start();
  const body = '{"query":"{hello}"}';
  const head = `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n`;
  const ask = (headers: string) => exchange(port, `${head}${headers}\r\n${body}`);
  const known = 'Authorization: Bearer key-of-reader\r\n';
  expect(await ask(known)).toMatch(/^HTTP\/1\.1 200 /);
  for (const other of [known, 'authorization: Bearer x\r\n', 'X-Api-Key: key-of-reader\r\n', 'Authorization: \r\n']) {
    expect(await ask(`${known}${other}`)).toMatch(/^HTTP\/1\.1 401 /);
    expect(await ask(`${other}${known}`)).toMatch(/^HTTP\/1\.1 401 /);
  }
  expect(await ask('Authorization: \t Bearer   key-of-reader \t\r\n')).toMatch(/^HTTP\/1\.1 200 /);
  expect(await ask('Authorization: Bearer key-of-\treader\r\n')).toMatch(/^HTTP\/1\.1 401 /);
  expect(await ask('Authorization: Bearer\tkey-of-reader\r\n')).toMatch(/^HTTP\/1\.1 401 /);
  expect(lines).toEqual([]);
});

test('strangers are answered before they have sent anything, and a short rest is thrown away', async () => {
  const { port } = await start();
  const short = await openSocket(port);
  const head = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
  short.write(`${head}Content-Length: 19\r\n\r\n`);
  expect(await short.received('UNAUTHENTICATED')).not.toMatch(/connection: close/i);
  short.write(`{"query":"{hello}"}${head}X-Api-Key: key-of-reader\r\nContent-Length: 19\r\n\r\n{"query":"{hello}"}`);
  await short.received('hello world');
  for (const length of ['Content-Length: 999999999', 'Transfer-Encoding: chunked', 'Content-Length: 300000']) {
    const long = await openSocket(port);
    long.write(`${head}${length}\r\n\r\n`);
    expect(await long.closed).toMatch(/^HTTP\/1\.1 401 .*connection: close/is);
  }
});

test.each(['/graphql', '/graphql/stream'])(
  'who goes from %s while it is looked up leaves nothing behind',
  async (path) => {
    let gone = 0;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { url, metrics } = await start({
      async authenticate(presented) {
        await promise;
        gone += 1;
        return check(presented);
      },
    });
    const request = httpRequest(`${url}${path}`, {
      method: 'POST',
      headers: { ...as('reader'), 'content-type': 'application/json', 'content-length': 19 },
    });
    request.on('error', () => {});
    request.flushHeaders();
    await sleep(50);
    request.destroy();
    await sleep(50);
    resolve();
    await expect.poll(() => gone).toBe(1);
    await expect
      .poll(async () => (await metrics.render()).text)
      .toMatch(/http_requests_total\{[^}]*status="499"[^}]*\} 1/);
  },
);

test('that callers cannot be told apart now is not their fault', async () => {
  const { post, url } = await start({
    authenticate: () => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'Not now.', { retryable: true })),
  });
  for (const response of [await post({ query: '{ hello }' }), await fetch(`${url}/graphql?query={hello}`)]) {
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('www-authenticate')).toBeNull();
    expect(await response.json()).toEqual({
      errors: [
        {
          message: 'Not now.',
          extensions: { code: 'UPSTREAM_UNAVAILABLE', retryable: true, requestId: expect.any(String) },
        },
      ],
    });
  }
});

test('a bug where callers are told apart lets nobody in, and tells nothing', async () => {
  const { post, url, lines } = await start({
    authenticate: () => Promise.reject(new Error('the hash of key_1 at https://secret.example')),
  });
  for (const response of [await post({ query: '{ hello }' }), await fetch(`${url}/graphql?query={hello}`)]) {
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain('secret');
  }
  expect(lines).toHaveLength(2);
});
