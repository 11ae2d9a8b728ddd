import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

test('answers a POST', async () => {
  const { post } = await startTestServer();
  const response = await post({ query: 'query($name: String!) { hello(name: $name) }', variables: { name: 'you' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(await response.json()).toEqual({ data: { hello: 'hello you' } });
});

test.each([
  ['application/graphql-response+json', 'application/graphql-response+json; charset=utf-8'],
  ['application/json', 'application/json; charset=utf-8'],
  ['application/graphql-response+json, application/json;q=0.9', 'application/graphql-response+json; charset=utf-8'],
  ['*/*', 'application/json; charset=utf-8'],
  ['', 'application/json; charset=utf-8'],
])('to Accept %j it answers %s', async (accept, contentType) => {
  const { post } = await startTestServer();
  const response = await post({ query: '{ hello }' }, { accept });
  expect(response.headers.get('content-type')).toBe(contentType);
  expect(await response.json()).toEqual({ data: { hello: 'hello world' } });
});

test('a mutation whose answer the client would not take is not run', async () => {
  const { post, touched } = await startTestServer();
  const response = await post({ query: 'mutation { touch(name: "a") }' }, { accept: 'text/csv' });
  expect(response.status).toBe(406);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  expect(touched).toEqual([]);
});

test('answers a plain GET of a program', async () => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/graphql?query={hello(name:"%C3%A9")}`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ data: { hello: 'hello é' } });
});

test.each([
  { origin: 'https://evil.example' },
  { 'sec-fetch-site': 'cross-site' },
  { referer: 'https://evil.example/page' },
  { cookie: 'session=1' },
  { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) Chrome/140' },
])('refuses a simple GET that a foreign page could have caused: %j', async (headers) => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/graphql?query={hello}`, { headers });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    errors: [
      {
        message: expect.stringContaining('Cross-Site Request Forgery'),
        extensions: { code: 'BAD_USER_INPUT', retryable: false, requestId: response.headers.get('x-request-id') },
      },
    ],
  });
});

test('a browser that asks with a header of its own is answered', async () => {
  const { url } = await startTestServer();
  const headers = { origin: 'https://ours.example', 'apollo-require-preflight': 'true' };
  const response = await fetch(`${url}/graphql?query={hello}`, { headers });
  expect(response.status).toBe(200);
});

test('a mutation by GET is refused with the method that is allowed', async () => {
  const { url, touched } = await startTestServer();
  const response = await fetch(`${url}/graphql?query=mutation{touch(name:"a")}`);
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST');
  expect(await response.json()).toMatchObject({
    errors: [{ extensions: { code: 'BAD_USER_INPUT', retryable: false } }],
  });
  expect(touched).toEqual([]);
});

test('the request has an id and a deadline', async () => {
  const { post } = await startTestServer({ now: () => 1_000_000, requestDeadlineMs: 250 });
  const response = await post({ query: '{ requestId deadline }' }, { 'x-request-id': 'mine.1_2-3' });
  expect(await response.json()).toEqual({ data: { requestId: 'mine.1_2-3', deadline: 1_000_250 } });
  expect(response.headers.get('x-request-id')).toBe('mine.1_2-3');
});

test.each(['', 'has space', 'x'.repeat(65), 'semi;colon', '{"a":1}'])('an id like %j is replaced', async (id) => {
  const { post } = await startTestServer();
  const response = await post({ query: '{ requestId }' }, { 'x-request-id': id });
  const fresh = response.headers.get('x-request-id');
  expect(fresh).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(await response.json()).toEqual({ data: { requestId: fresh } });
});

test('a persisted query is unknown first, then known by its hash', async () => {
  const { post } = await startTestServer();
  const query = '{ hello }';
  const extensions = { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(query).digest('hex') } };
  const unknown = await post({ extensions });
  expect(await unknown.json()).toMatchObject({
    errors: [
      { message: 'PersistedQueryNotFound', extensions: { code: 'PERSISTED_QUERY_NOT_FOUND', retryable: false } },
    ],
  });
  expect(unknown.headers.get('cache-control')).toBe('no-store');
  await post({ query, extensions });
  const known = await post({ extensions });
  expect(await known.json()).toEqual({ data: { hello: 'hello world' } });
});

test.each([
  { version: 1, sha256Hash: 'not its hash' },
  { version: 7, sha256Hash: 'x' },
])('a wrong persisted query is the callers mistake: %j', async (persistedQuery) => {
  const { post } = await startTestServer();
  const response = await post({ query: '{ hello }', extensions: { persistedQuery } });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test.each([
  [{ query: '{ hello }' }, 200],
  [{ query: '{ nope }' }, 400],
])('every answer carries the same headers: %j', async (body, status) => {
  const { post } = await startTestServer();
  const response = await post(body);
  expect(response.status).toBe(status);
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'x-request-id': expect.any(String),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
  });
});

test('nothing is logged for requests that are answered', async () => {
  const { post, lines } = await startTestServer();
  await post({ query: '{ hello }' });
  await post({ query: '{ nope }' });
  expect(lines).toEqual([]);
});
