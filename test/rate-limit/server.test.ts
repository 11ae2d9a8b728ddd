import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Caller } from '../../src/checkout/caller.ts';
import { createRateLimiter } from '../../src/rate-limit/create-limiter.ts';
import { recordLog } from '../helpers/log.ts';
import { openSocket } from '../server/raw-socket.ts';
import { openRaw, subscribe } from '../server/subscriptions-raw.ts';
import { startWorld } from '../server/subscriptions-world.ts';
import { startTestServer } from '../server/test-server.ts';

const { log } = recordLog();

/** A limiter whose time stands still. */
const limiterOf = (points: number) =>
  createRateLimiter({ rate: { points, seconds: 60 }, link: null, encryptionKey: null, log, now: () => 1e12 });

const RATE_LIMITED = { code: 'RATE_LIMITED', retryable: true, retryAfterMs: 30_000, requestId: expect.any(String) };

test('who asks too often is told when to ask again, and the rest of the server goes on', async () => {
  const { url, post, metrics, touched } = await startTestServer({ rateLimiter: limiterOf(2) });
  expect((await post({ query: '{ hello }' })).status).toBe(200);
  expect((await fetch(`${url}/graphql?query={hello}`)).status).toBe(200);
  const response = await post({ query: 'mutation { touch(name: "x") }' });
  expect([response.status, response.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await response.json()).toEqual({ errors: [{ message: expect.any(String), extensions: RATE_LIMITED }] });
  expect(touched).toEqual([]);
  const read = await fetch(`${url}/graphql?query={hello}`);
  expect([read.status, read.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await read.json()).toMatchObject({ errors: [{ extensions: RATE_LIMITED }] });

  for (const path of ['healthz', 'readyz', 'metrics', 'healthz']) {
    expect((await fetch(`${url}/${path}`)).status).not.toBe(429);
  }
  // That there is no secret for it is told by the route itself.
  for (let time = 0; time < 5; time++) {
    expect((await fetch(`${url}/webhooks/flex`, { method: 'POST', body: '{}' })).status).toBe(401);
  }
  expect((await metrics.render()).text).toContain('operations_turned_away_total{reason="rate_limited"} 2');
});

test('callers are counted each for itself, and strangers not at all', async () => {
  const authenticate = async ({ headers }: { headers: Readonly<Record<string, readonly string[] | undefined>> }) => {
    const caller: Caller = {
      name: headers['x-api-key']?.[0] ?? '',
      scopes: new Set(['checkout:read']),
      customers: null,
    };
    return caller;
  };
  const { post } = await startTestServer({ rateLimiter: limiterOf(1), authenticate });
  const statusOf = async (name: string) => (await post({ query: '{ hello }' }, { 'x-api-key': name })).status;
  expect([await statusOf('a'), await statusOf('b'), await statusOf('a'), await statusOf('b')]).toEqual([
    200, 200, 429, 429,
  ]);
});

test('what is turned away because there is no room does not count', async () => {
  const { port, post, metrics, release } = await startTestServer({ rateLimiter: limiterOf(2), maxConcurrency: 1 });
  const body = JSON.stringify({ query: '{ hello }' });
  const slow = await openSocket(port);
  // Counted when its head is there, and turned away when its body is.
  slow.write(
    `POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 5)}`,
  );
  await sleep(50);
  const running = post({ query: '{ waits }' });
  await expect.poll(async () => (await metrics.render()).text).toContain('operations_under_way 1');
  slow.write(body.slice(5));
  expect(await slow.received('"OVERLOADED"')).toMatch(/^HTTP\/1\.1 503 /);
  release();
  expect((await running).status).toBe(200);
  expect((await post(body)).status).toBe(200);
  expect((await post(body)).status).toBe(429);
});

test('subscriptions that are not begun because there is no room do not count', async () => {
  const world = await startWorld({ rateLimiter: limiterOf(2), maxConcurrency: 1 });
  const { send, messages } = await openRaw(world.wsUrl);
  send(subscribe('slow', 'subscription { slowToStart { n } }'));
  await expect.poll(() => world.contexts.length).toBe(1);
  for (const id of ['a', 'b', 'c']) send(subscribe(id, 'subscription { events { n } }'));
  await expect.poll(() => messages.length).toBe(4);
  for (const { payload } of messages.slice(1)) expect(payload).toMatchObject([{ extensions: { code: 'OVERLOADED' } }]);
  world.release();
  await expect.poll(() => world.bus.listeners).toBe(1);
  send(subscribe('d', 'subscription { events { n } }'));
  await expect.poll(() => world.bus.listeners).toBe(2);
  send(subscribe('e', 'subscription { events { n } }'));
  await expect.poll(() => messages.at(-1)?.payload).toMatchObject([{ extensions: RATE_LIMITED }]);
});

test('subscriptions that are begun count, and their events do not', async () => {
  const { wsUrl, streamUrl, bus } = await startWorld({ rateLimiter: limiterOf(2) });
  const { send, messages } = await openRaw(wsUrl);
  send(subscribe('1', 'subscription { events { n } }'));
  send(subscribe('2', 'subscription { events { n } }'));
  await expect.poll(() => bus.listeners).toBe(2);
  send(subscribe('3', 'subscription { events { n } }'));
  await expect
    .poll(() => messages.find(({ id }) => id === '3'))
    .toMatchObject({
      type: 'error',
      payload: [{ extensions: RATE_LIMITED }],
    });
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const body = JSON.stringify({ query: 'subscription { events { n } }' });
  const stream = await fetch(streamUrl, { method: 'POST', headers, body });
  expect([stream.status, stream.headers.get('retry-after')]).toEqual([429, '30']);
  expect(await stream.json()).toMatchObject({ errors: [{ extensions: RATE_LIMITED }] });
  for (let n = 0; n < 20; n++) bus.publish({ n });
  await expect.poll(() => messages.filter(({ type }) => type === 'next').length).toBe(40);
});

test('over event streams reservations count, and each subscription once', async () => {
  const { streamUrl, bus } = await startWorld({ rateLimiter: limiterOf(3) });
  const reserve = () => fetch(streamUrl, { method: 'PUT' });
  const token = await (await reserve()).text();
  const headers = { 'content-type': 'application/json', 'x-graphql-event-stream-token': token };
  const add = (operationId: string) => {
    const body = JSON.stringify({ query: 'subscription { events { n } }', extensions: { operationId } });
    return fetch(streamUrl, { method: 'POST', headers, body });
  };
  expect([(await add('1')).status, (await add('2')).status, (await add('3')).status]).toEqual([202, 202, 429]);
  const refused = await reserve();
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '20']);
  expect(await refused.json()).toMatchObject({ errors: [{ extensions: { code: 'RATE_LIMITED' } }] });
  expect(bus.listeners).toBe(2);
});
