import { expect, test } from 'vitest';
import { openSocket } from './raw-socket.ts';
import { handshake, rawAnswer } from './subscriptions-raw.ts';
import { startWorld, type World } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

const API_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const ON_EVERY_ANSWER = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': expect.stringContaining('no-store'),
  'content-security-policy': API_POLICY,
  'x-request-id': expect.any(String),
};

const JSON_TYPE = { 'content-type': 'application/json' };
const post = (body: unknown, headers: Record<string, string> = JSON_TYPE): RequestInit => ({
  method: 'POST',
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
});

/** What the server sent before the first empty line. */
function headersIn(text: string): Record<string, string> {
  const [, ...lines] = (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
  return Object.fromEntries(lines.map((line) => [line.split(':', 1)[0]?.toLowerCase(), line.replace(/^.*?: ?/, '')]));
}

function expectProtected(headers: Record<string, string>): void {
  expect(headers).toMatchObject(ON_EVERY_ANSWER);
  for (const name of ['server', 'x-powered-by', 'set-cookie', 'access-control-allow-origin'])
    expect(headers).not.toHaveProperty(name);
  expect(headers).not.toHaveProperty('strict-transport-security');
}

const REQUESTS: [what: string, status: number, path: string, init?: RequestInit][] = [
  ['an answer', 200, '/graphql', post({ query: '{ hello }' })],
  ['an answer with errors', 200, '/graphql', post({ query: '{ bug }' })],
  ['a change', 200, '/graphql', post({ query: 'mutation { touch(name: "a") }' })],
  ['a document that is wrong', 400, '/graphql', post({ query: '{' })],
  ['a document that does not fit', 400, '/graphql', post({ query: '{ nope }' })],
  ['a body that is wrong', 400, '/graphql', post('{')],
  ['a body that is too large', 413, '/graphql', post(' '.repeat(300_000))],
  ['another type', 415, '/graphql', post('a', { 'content-type': 'text/plain' })],
  ['another method', 405, '/graphql', { method: 'DELETE' }],
  ['a type that is not served', 406, '/graphql', post({ query: '{ hello }' }, { ...JSON_TYPE, accept: 'image/png' })],
  ['nothing', 404, '/nope', { headers: { accept: 'text/html' } }],
  ['the index', 200, '/'],
  ['the way to the explorer', 302, '/', { headers: { accept: 'text/html' }, redirect: 'manual' }],
  ['health', 200, '/healthz'],
  ['readiness', 503, '/readyz'],
  ['metrics', 200, '/metrics'],
  ['a webhook', 401, '/webhooks/flex', post({})],
  ['the reservation of a stream', 201, '/graphql/stream', { method: 'PUT' }],
  ['a stream of nobody', 404, '/graphql/stream?token=x', { headers: { accept: 'text/event-stream' } }],
  ['preflight where there is no CORS', 405, '/graphql', { method: 'OPTIONS' }],
];

test.each(REQUESTS)('%s is protected', async (_, status, path, init) => {
  const { url } = await startTestServer();
  const response = await fetch(`${url}${path}`, init);
  expect(response.status).toBe(status);
  expectProtected(Object.fromEntries(response.headers));
  await response.body?.cancel();
});

test('a stream of events is protected', async () => {
  const { streamUrl } = await startWorld();
  const response = await fetch(streamUrl, post({ query: 'subscription { three { n } }' }));
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  expectProtected(Object.fromEntries(response.headers));
  await response.text();
});

test.each<[string, (world: World) => Promise<string>]>([
  ['what is no HTTP', ({ port }) => rawAnswer(port, 'HELLO\r\n\r\n')],
  ['an address that is too long', ({ port }) => rawAnswer(port, `GET /${'x'.repeat(20_000)} HTTP/1.1\r\n\r\n`)],
  ['a WebSocket at the wrong place', ({ port }) => rawAnswer(port, handshake('/other'))],
  [
    'a request that never ends',
    async ({ port }) => {
      const socket = await openSocket(port);
      socket.write('GET / HTTP/1.1\r\nX-Slow:');
      return socket.closed;
    },
  ],
])('%s is answered with the same protection', async (_, ask) => {
  const world = await startWorld({ headersTimeoutMs: 150 });
  expectProtected(headersIn(await ask(world)));
});

test('TLS is asked for where the setting says so', async () => {
  const { url } = await startTestServer({ hstsMaxAge: 31_536_000 });
  for (const path of ['/graphql?query={hello}', '/nope', '/healthz', '/graphiql']) {
    const { headers } = await fetch(url + path);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  }
});

test('answers that a client may keep still may not be shown by or to anybody else', async () => {
  const { url } = await startTestServer({
    cacheReport: () => ({ hits: 0, misses: 1, isStale: false, freshUntil: Date.now() + 60_000 }),
    allowedOrigins: ['https://shop.example'],
  });
  const kept = await fetch(`${url}/graphql`, post({ query: '{ hello }' }));
  expect(kept.headers.get('cache-control')).toMatch(/^private, max-age=/);
  expect(kept.headers.get('vary')).toBe('origin, accept, authorization, x-api-key, x-cache-info');
  const failed = await fetch(`${url}/graphql`, post({ query: '{ bug }' }));
  expect(failed.headers.get('cache-control')).toBe('no-store');
});
