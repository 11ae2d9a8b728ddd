import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { exchange } from './raw-socket.ts';
import { type PublicError, startTestServer } from './test-server.ts';

/** Has the shape of a GraphQL answer and the id that its header has. */
async function expectRefusal(response: Response, status: number, code = 'BAD_USER_INPUT'): Promise<void> {
  expect(response.status).toBe(status);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  const requestId = response.headers.get('x-request-id');
  expect(await response.json()).toEqual({
    errors: [{ message: expect.any(String), extensions: { code, retryable: false, requestId } }],
  });
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-content-type-options')).toBe('nosniff');
}

test.each([
  ['malformed JSON', '{"query": '],
  ['nothing', ''],
  ['a list', '[{"query":"{ hello }"}]'],
  ['an empty list', '[]'],
  ['text', '"{ hello }"'],
  ['null', 'null'],
  ['a number', '7'],
  ['an empty object', '{}'],
  ['a query that is no text', '{"query":{"kind":"Document"}}'],
  ['variables that are text', '{"query":"{ hello }","variables":"{}"}'],
  ['variables that are a list', '{"query":"{ hello }","variables":[]}'],
  ['an operation name that is a number', '{"query":"{ hello }","operationName":7}'],
  ['broken UTF-8', new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['half a character', Buffer.from('{"query":"é').subarray(0, -1)],
])('a body of %s is 400', async (_, body) => {
  const { post } = await startTestServer();
  await expectRefusal(await post(body), 400);
});

test('an empty object is told what was expected', async () => {
  const { post } = await startTestServer();
  const { errors } = (await (await post({})).json()) as { errors: PublicError[] };
  expect(errors).toMatchObject([{ message: 'The body must be a JSON object with a query, got {}.' }]);
});

test.each([
  ['no host', ''],
  ['two hosts', 'Host: x\r\nHost: y\r\n'],
  ['the same host twice', 'Host: x\r\nhost: x\r\n'],
])('a request with %s is 400', async (_, hosts) => {
  const { port } = await startTestServer();
  const answer = await exchange(port, `GET /healthz HTTP/1.1\r\n${hosts}Connection: close\r\n\r\n`);
  const [head, body = ''] = answer.split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 .*content-type: application\/json/is);
  expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
});

test.each([
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/jsonp',
  'application/graphql',
  'application/json; charset=utf-16',
  'nonsense',
])('content-type %j is 415', async (contentType) => {
  const { post, touched } = await startTestServer();
  const response = await post({ query: 'mutation { touch(name: "a") }' }, { 'content-type': contentType });
  await expectRefusal(response, 415);
  expect(touched).toEqual([]);
});

test('no content-type is 415', async () => {
  const { url } = await startTestServer();
  await expectRefusal(await fetch(`${url}/graphql`, { method: 'POST', body: new Uint8Array([123, 125]) }), 415);
});

test.each(['application/json; charset=utf-8', 'Application/JSON;charset="UTF-8"', 'application/json ; foo=bar'])(
  'content-type %j is taken',
  async (contentType) => {
    const { post } = await startTestServer();
    expect((await post({ query: '{ hello }' }, { 'content-type': contentType })).status).toBe(200);
  },
);

test('a compressed body is 415 and says what is taken', async () => {
  const { post } = await startTestServer();
  const response = await post(gzipSync('{"query":"{ hello }"}'), { 'content-encoding': 'gzip' });
  expect(response.headers.get('accept-encoding')).toBe('identity');
  await expectRefusal(response, 415);
});

test('a body of exactly 256 KiB is read, one byte more is 413', async () => {
  const { post } = await startTestServer();
  const body = (bytes: number) => '{"query":"{ hello }"}'.padEnd(bytes, ' ');
  expect((await post(body(256 * 1024))).status).toBe(200);
  const response = await post(body(256 * 1024 + 1));
  expect(response.headers.get('connection')).toBe('close');
  await expectRefusal(response, 413);
});

test('a body without a length is counted while it comes', async () => {
  const { url } = await startTestServer();
  let sent = 0;
  const body = new ReadableStream({
    pull(controller) {
      sent += 1;
      if (sent <= 20) controller.enqueue(new Uint8Array(16 * 1024).fill(32));
      else controller.close();
    },
  });
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body, duplex: 'half' };
  await expectRefusal(await fetch(`${url}/graphql`, init), 413);
});

test.each(['/nope', '/graphql/', '//', '/graphql%00', '/GRAPHQL', '/healthz/x'])('%s is 404', async (path) => {
  const { url } = await startTestServer();
  await expectRefusal(await fetch(`${url}${path}`, { headers: { accept: 'text/html' } }), 404, 'NOT_FOUND');
});

test.each([
  ['PUT', '/graphql', 'GET, POST'],
  ['DELETE', '/graphql', 'GET, POST'],
  ['OPTIONS', '/graphql', 'GET, POST'],
  ['POST', '/healthz', 'GET, HEAD'],
  ['POST', '/readyz', 'GET, HEAD'],
  ['POST', '/metrics', 'GET, HEAD'],
  ['POST', '/graphiql', 'GET, HEAD'],
  ['POST', '/', 'GET, HEAD'],
])('%s %s is 405', async (method, path, allow) => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}${path}`, { method });
  expect(response.headers.get('allow')).toBe(allow);
  await expectRefusal(response, 405);
});

test.each([
  ['two queries', '?query={hello}&query={hello}', {}],
  ['no query', '', {}],
  ['variables that are no JSON', '?query={hello}&variables={', {}],
  ['variables that are a list', '?query={hello}&variables=[]', {}],
])('a GET with %s is 400', async (_, search, headers) => {
  const { url } = await startTestServer();
  await expectRefusal(await fetch(`${url}/graphql${search}`, { headers }), 400);
});

test('a GET with a content-type other than JSON is 415', async () => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/graphql?query={hello}`, { headers: { 'content-type': 'application/xml' } });
  await expectRefusal(response, 415);
});

test('a GET for a type that is not served is 406', async () => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}/graphql?query={hello}`, { headers: { accept: 'image/png' } });
  await expectRefusal(response, 406);
});
