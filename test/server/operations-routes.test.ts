import { expect, test } from 'vitest';
import { startTestServer } from './test-server.ts';

test('it is alive from the start and ready when told so', async () => {
  const { url, ready } = await startTestServer({ readiness: () => ({ flex: 'up' }) });
  const health = await fetch(`${url}/healthz`);
  expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }]);
  const before = await fetch(`${url}/readyz`);
  expect([before.status, await before.json()]).toEqual([503, { status: 'starting' }]);
  ready();
  const after = await fetch(`${url}/readyz`);
  expect([after.status, await after.json()]).toEqual([200, { status: 'ready', parts: { flex: 'up' }, degraded: [] }]);
});

test('parts that are down are named, and it is ready all the same', async () => {
  const parts = { flexprice: 'up', meteroid: 'down', flex: 'disabled', redis: 'degraded' };
  const { url, ready } = await startTestServer({ readiness: () => parts });
  ready();
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ status: 'ready', parts, degraded: ['meteroid', 'redis'] });
});

test.each(['/', '/healthz', '/readyz', '/metrics', '/graphiql'])('HEAD %s has no body', async (path) => {
  const { url, ready } = await startTestServer();
  ready();
  const response = await fetch(`${url}${path}`, { method: 'HEAD' });
  expect(response.status).toBe(200);
  expect(Number(response.headers.get('content-length'))).toBeGreaterThan(0);
  expect(await response.text()).toBe('');
});

test('a readiness that throws is a bug with nothing of it in the answer', async () => {
  const { url, ready, lines } = await startTestServer({
    readiness() {
      throw new Error('sk_live_1');
    },
  });
  ready();
  const response = await fetch(`${url}/readyz`);
  expect(response.status).toBe(500);
  const text = await response.text();
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  expect(text).not.toContain('sk_live_1');
  expect(lines).toHaveLength(1);
});

test('/metrics tells of requests by route, and of made-up paths as one', async () => {
  const { url, post } = await startTestServer();
  await post({ query: '{ hello }' });
  await fetch(`${url}/a`);
  await fetch(`${url}/b`, { method: 'PROPFIND' });
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
  const text = await response.text();
  expect(text).toContain('checkout_gateway_http_requests_total{route="/graphql",method="POST",status="200"} 1');
  expect(text).toContain('checkout_gateway_http_requests_total{route="other",method="GET",status="404"} 1');
  expect(text).toContain('checkout_gateway_http_requests_total{route="other",method="other",status="404"} 1');
  expect(text).toContain('checkout_gateway_http_request_duration_seconds_count{route="/graphql"} 1');
  expect(text).toContain('nodejs_eventloop_lag_seconds');
});

test('the root leads people to the explorer and programs to the paths', async () => {
  const { url } = await startTestServer();
  const person = await fetch(url, { headers: { accept: 'text/html,*/*;q=0.8' }, redirect: 'manual' });
  expect([person.status, person.headers.get('location')]).toEqual([302, '/graphql']);
  const program = await fetch(url);
  expect(await program.json()).toMatchObject({ paths: { graphql: '/graphql', explorer: '/graphiql' } });
});

test('without introspection there is no explorer', async () => {
  const { url } = await startTestServer({ introspection: false });
  const accept = 'text/html,*/*;q=0.8';
  const root = await fetch(url, { headers: { accept } });
  expect((await root.json()).paths).not.toHaveProperty('explorer');
  expect((await fetch(`${url}/graphiql`, { headers: { accept } })).status).toBe(404);
  const graphql = await fetch(`${url}/graphql`, { headers: { accept } });
  expect([graphql.status, graphql.headers.get('content-type')]).toEqual([400, expect.stringMatching(/json/)]);
});

test('in production only the explorer from our own address is there', async () => {
  const { url } = await startTestServer({ production: true });
  const accept = 'text/html,*/*;q=0.8';
  const root = await fetch(url, { headers: { accept }, redirect: 'manual' });
  expect(root.headers.get('location')).toBe('/graphiql');
  expect((await fetch(`${url}/graphql`, { headers: { accept } })).status).toBe(400);
});
