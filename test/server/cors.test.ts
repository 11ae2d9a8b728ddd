import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { handshake, rawAnswer } from './subscriptions-raw.ts';
import { startWorld } from './subscriptions-world.ts';
import { startTestServer } from './test-server.ts';

const SHOP = 'https://shop.example';
const ADMIN = 'http://localhost:3000';
const EVIL = 'https://evil.example';

const corsIn = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')));

const preflight = (origin: string, method = 'POST'): RequestInit => ({
  method: 'OPTIONS',
  headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'content-type' },
});

const query = (origin: string, body: unknown = { query: '{ hello }' }): RequestInit => ({
  method: 'POST',
  headers: { origin, 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

const EXPOSED = { 'access-control-expose-headers': 'x-request-id, retry-after' };
const PATHS = ['/graphql', '/graphql/stream'];

test('without the setting there is nothing of CORS', async () => {
  const { url } = await startTestServer();
  for (const path of PATHS) {
    const asked = await fetch(url + path, preflight(SHOP));
    expect([asked.status, corsIn(asked), asked.headers.get('vary')]).toEqual([405, {}, null]);
    expect(corsIn(await fetch(url + path, query(SHOP)))).toEqual({});
  }
});

test.each([
  ['/graphql', 'GET, POST'],
  ['/graphql/stream', 'GET, POST, PUT, DELETE'],
])('a page of an allowed origin may ask at %s', async (path, methods) => {
  const { url } = await startTestServer({ allowedOrigins: [SHOP, ADMIN] });
  for (const origin of [SHOP, ADMIN]) {
    const response = await fetch(url + path, preflight(origin));
    expect([response.status, await response.text()]).toEqual([204, '']);
    expect(response.headers.has('content-length')).toBe(false);
    expect(response.headers.get('vary')).toBe('origin');
    expect(corsIn(response)).toEqual({
      ...EXPOSED,
      'access-control-allow-origin': origin,
      'access-control-allow-methods': methods,
      'access-control-allow-headers': expect.stringMatching(
        /^(?=.*\bcontent-type\b)(?=.*\bauthorization\b)(?=.*\bx-api-key\b)(?=.*\bx-request-id\b)(?=.*\bx-cache-info\b)(?=.*\bapollo-require-preflight\b)(?=.*\bx-graphql-event-stream-token\b)/,
      ),
      'access-control-max-age': '7200',
    });
  }
});

test('answers and refusals can be read by a page of an allowed origin', async () => {
  const { url } = await startTestServer({ allowedOrigins: [SHOP] });
  const statuses = [
    (await fetch(`${url}/graphql`, query(SHOP))).status,
    (await fetch(`${url}/graphql`, query(SHOP, { query: '{' }))).status,
    (await fetch(`${url}/graphql`, query(SHOP, []))).status,
  ];
  expect(statuses).toEqual([200, 400, 400]);
  for (const body of [{ query: '{ hello }' }, { query: '{' }, []]) {
    const response = await fetch(`${url}/graphql`, query(SHOP, body));
    expect(corsIn(response)).toEqual({ ...EXPOSED, 'access-control-allow-origin': SHOP });
    expect(response.headers.get('vary')).toContain('origin');
  }
});

test('so can a stream of events', async () => {
  const { streamUrl } = await startWorld({ allowedOrigins: [SHOP] });
  const response = await fetch(streamUrl, query(SHOP, { query: 'subscription { three { n } }' }));
  expect(corsIn(response)).toEqual({ ...EXPOSED, 'access-control-allow-origin': SHOP });
  expect(response.headers.get('vary')).toBe('origin');
  expect(await response.text()).toContain('event: complete');
});

test.each([
  EVIL,
  'null',
  'https://shop.example.evil.example',
  'https://shop.example:8443',
  'http://shop.example',
  'HTTPS://SHOP.EXAMPLE',
  '',
])('the origin %j is another', async (origin) => {
  const { url } = await startTestServer({ allowedOrigins: [SHOP] });
  const asked = await fetch(`${url}/graphql`, preflight(origin));
  expect([asked.status, corsIn(asked), asked.headers.get('vary')]).toEqual([405, {}, 'origin']);
  const answered = await fetch(`${url}/graphql`, query(origin));
  expect([answered.status, corsIn(answered), answered.headers.get('vary')]).toEqual([200, {}, 'origin']);
});

test('all origins may, and never with what browsers add by themselves', async () => {
  const { url } = await startTestServer({ allowedOrigins: ['*'] });
  const asked = await fetch(`${url}/graphql`, preflight(EVIL));
  expect([asked.status, corsIn(asked)]).toMatchObject([204, { 'access-control-allow-origin': '*' }]);
  const answered = await fetch(`${url}/graphql`, query(EVIL));
  expect(corsIn(answered)).toEqual({ ...EXPOSED, 'access-control-allow-origin': '*' });
  expect(answered.headers.get('vary') ?? '').not.toContain('origin');
  for (const response of [asked, answered])
    expect(response.headers.has('access-control-allow-credentials')).toBe(false);
});

test.each(['/healthz', '/readyz', '/metrics', '/graphiql', '/webhooks/flex', '/', '/nope'])(
  '%s is for no page but the gateway’s own',
  async (path) => {
    const { url } = await startTestServer({ allowedOrigins: ['*'] });
    expect(corsIn(await fetch(url + path, { headers: { origin: SHOP } }))).toEqual({});
    const asked = await fetch(url + path, preflight(SHOP));
    expect([asked.status >= 400, corsIn(asked)]).toEqual([true, {}]);
  },
);

test('OPTIONS that is no preflight is refused as ever', async () => {
  const { url } = await startTestServer({ allowedOrigins: [SHOP] });
  expect((await fetch(`${url}/graphql`, { method: 'OPTIONS', headers: { origin: SHOP } })).status).toBe(405);
});

/** The status of a handshake from a page of this origin. */
async function handshakeFrom(origin: string, settings: Parameters<typeof startWorld>[0], ownHost?: string) {
  const { port, wsUrl } = await startWorld(settings);
  const own = `127.0.0.1:${port}`;
  if (ownHost === undefined) {
    const text = await rawAnswer(port, handshake('/graphql', { Origin: origin, 'Sec-WebSocket-Version': '7' }));
    return Number(text.split(' ')[1]);
  }
  const page = new WebSocket(wsUrl, 'graphql-transport-ws', { origin: origin.replace('OWN', own) });
  return new Promise((resolve) => {
    page.once('open', () => resolve(101)).once('unexpected-response', (_, { statusCode }) => resolve(statusCode));
    page.once('error', () => resolve(0)).once('open', () => page.terminate());
  });
}

// A version that nobody speaks is answered with 400 to whom is not refused for the origin.
test.each([
  ['another page', EVIL, {}, 403],
  ['a page without origin', 'null', {}, 403],
  ['another page where some may', EVIL, { allowedOrigins: [SHOP] }, 403],
  ['an allowed page', SHOP, { allowedOrigins: [SHOP] }, 400],
  ['another page where all may', EVIL, { allowedOrigins: ['*'] }, 400],
])('the WebSocket of %s', async (_, origin, settings, status) => {
  expect(await handshakeFrom(origin, settings)).toBe(status);
});

test.each([{}, { allowedOrigins: [SHOP] }])('the gateway’s own page may open a WebSocket: %j', async (settings) => {
  expect(await handshakeFrom('http://OWN', settings, 'own')).toBe(101);
  // TLS ended in front of it.
  expect(await handshakeFrom('https://OWN', settings, 'own')).toBe(101);
});
