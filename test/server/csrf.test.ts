import { expect, test } from 'vitest';
import { isOutsideBrowsers } from '../../src/server/csrf.ts';
import { startTestServer } from './test-server.ts';

const MUTATION = JSON.stringify({ query: 'mutation { touch(name: "forged") }' });
const BROWSER = { 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)', origin: 'https://evil.example' };

/** What a foreign page can have a browser send without asking first, by form or by fetch. */
const SIMPLE_POSTS: [what: string, contentType: string | undefined, body: string][] = [
  ['text', 'text/plain', MUTATION],
  ['text that says it is UTF-8', 'text/plain;charset=UTF-8', MUTATION],
  ['a form', 'application/x-www-form-urlencoded', `query=${encodeURIComponent('mutation { touch(name: "x") }')}`],
  ['a form whose field is JSON', 'text/plain', `${MUTATION}=`],
  [
    'a form in parts',
    'multipart/form-data; boundary=x',
    `--x\r\nContent-Disposition: form-data; name="operations"\r\n\r\n${MUTATION}\r\n--x--\r\n`,
  ],
  ['a type that ends in JSON', 'text/plain; application/json', MUTATION],
  ['two types', 'text/plain, application/json', MUTATION],
  ['no type', undefined, MUTATION],
];

test.each(SIMPLE_POSTS)('a POST of %s does nothing', async (_, contentType, body) => {
  const { url, touched } = await startTestServer();
  const headers = { ...BROWSER, ...(contentType !== undefined && { 'content-type': contentType }) };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: new TextEncoder().encode(body) });
  expect(response.status).toBe(415);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  // Not even with the word by which Apollo lets other requests through.
  const insisting = { ...headers, 'apollo-require-preflight': 'true' };
  await fetch(`${url}/graphql`, { method: 'POST', headers: insisting, body: new TextEncoder().encode(body) });
  expect(touched).toEqual([]);
});

test.each(SIMPLE_POSTS)('a POST of %s subscribes to nothing', async (_, contentType, body) => {
  const { url } = await startTestServer();
  const headers = { ...BROWSER, ...(contentType !== undefined && { 'content-type': contentType }) };
  const init = { method: 'POST', headers, body: new TextEncoder().encode(body) };
  expect((await fetch(`${url}/graphql/stream`, init)).status).toBe(415);
});

const GET_QUERY = '/graphql?query={hello}';

/** What at least one browser sends with a request that a foreign page made. */
const FROM_BROWSERS: [string, Record<string, string>][] = [
  ['an origin', { origin: 'https://evil.example' }],
  ['the site it comes from', { 'sec-fetch-site': 'cross-site' }],
  ['its own site', { 'sec-fetch-site': 'same-origin' }],
  ['a referrer', { referer: 'https://evil.example/' }],
  ['a cookie', { cookie: 'a=b' }],
  ['the name of a browser', { 'user-agent': 'Mozilla/5.0' }],
];

test.each(FROM_BROWSERS)('a GET with %s and no header that needs a preflight is refused', async (_, headers) => {
  const { url } = await startTestServer();
  const response = await fetch(url + GET_QUERY, { headers });
  expect(response.status).toBe(400);
  const { errors } = (await response.json()) as { errors: { message: string }[] };
  expect(errors[0]?.message).toMatch(/CSRF/);
});

test.each(FROM_BROWSERS)('a GET with %s is answered when a header tells of a preflight', async (_, headers) => {
  const { url } = await startTestServer();
  for (const name of ['apollo-require-preflight', 'x-apollo-operation-name']) {
    expect((await fetch(url + GET_QUERY, { headers: { ...headers, [name]: 'x' } })).status).toBe(200);
  }
  const typed = { ...headers, 'content-type': 'application/json' };
  expect((await fetch(url + GET_QUERY, { headers: typed })).status).toBe(200);
});

test('a GET of a type that forms can send is refused though it has a type', async () => {
  const { url } = await startTestServer();
  for (const type of ['text/plain', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded']) {
    const headers = { ...BROWSER, 'content-type': type };
    expect((await fetch(url + GET_QUERY, { headers })).status).toBeGreaterThanOrEqual(400);
  }
});

test('a GET changes nothing, whoever sends it', async () => {
  const { url, touched } = await startTestServer();
  const address = `${url}/graphql?query=${encodeURIComponent('mutation { touch(name: "a") }')}`;
  for (const headers of [{}, { 'apollo-require-preflight': 'true' }, { 'content-type': 'application/json' }]) {
    expect((await fetch(address, { headers })).status).toBe(405);
  }
  expect(touched).toEqual([]);
});

test('programs need no further header', async () => {
  const { url } = await startTestServer();
  expect((await fetch(url + GET_QUERY)).status).toBe(200);
  expect(isOutsideBrowsers({ host: 'x', 'user-agent': 'curl/8.0', accept: '*/*' })).toBe(true);
  expect(isOutsideBrowsers({})).toBe(true);
});
