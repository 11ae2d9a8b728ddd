import { request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStream } from './subscriptions-raw.ts';
import { expectOver, startWorld, type World } from './subscriptions-world.ts';

const EVENTS = 'subscription { events { n } }';

const json = { 'content-type': 'application/json' };
const SOME_TOKEN = { 'x-graphql-event-stream-token': '__proto__' };

test.each<[string, RequestInit, number]>([
  ['a form', { method: 'POST', body: 'query=x', headers: { 'content-type': 'text/plain' } }, 415],
  ['no JSON', { method: 'POST', body: '{', headers: json }, 400],
  ['a list', { method: 'POST', body: '[]', headers: json }, 400],
  ['no query', { method: 'POST', body: '{}', headers: json }, 400],
  ['bad variables', { method: 'POST', body: '{"query":"{x}","variables":[]}', headers: json }, 400],
  ['too much', { method: 'POST', body: `"${'x'.repeat(256 * 1024)}"`, headers: json }, 413],
  ['another Accept', { method: 'POST', body: '{"query":"{x}"}', headers: { ...json, accept: 'text/html' } }, 406],
  ['no token', { method: 'GET' }, 400],
  ['a token out of the prototype', { method: 'GET', headers: SOME_TOKEN }, 404],
  ['an operation for no stream', { method: 'POST', body: '{}', headers: { ...json, ...SOME_TOKEN } }, 404],
  ['nothing to complete', { method: 'DELETE', headers: SOME_TOKEN }, 404],
  ['another method', { method: 'PATCH' }, 405],
])('a request with %s is refused', async (_, init, status) => {
  const world = await startWorld();
  const response = await fetch(world.streamUrl, init);
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({
    errors: [{ message: expect.any(String), extensions: { retryable: false, requestId: expect.any(String) } }],
  });
  expect(world.lines).toEqual([]);
});

async function reserve({ streamUrl }: World): Promise<Record<string, string>> {
  const response = await fetch(streamUrl, { method: 'PUT' });
  expect(response.status).toBe(201);
  return { 'x-graphql-event-stream-token': await response.text() };
}

const operation = (operationId: unknown, query = EVENTS) => JSON.stringify({ query, extensions: { operationId } });

test('a reservation that nobody takes up is given up, with what was started for it', async () => {
  const world = await startWorld({ subscriptions: { reservationTimeoutMs: 300, maxSubscribers: 1 } });
  const token = await reserve(world);
  const refused = await fetch(world.streamUrl, { method: 'PUT' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await refused.json()).toMatchObject({
    errors: [{ message: expect.stringMatching(/event streams/), extensions: { code: 'OVERLOADED', retryable: true } }],
  });
  const headers = { ...json, ...token };
  const added = await fetch(world.streamUrl, { method: 'POST', headers, body: operation('1') });
  expect(added.status).toBe(202);
  expect(world.bus.listeners).toBe(1);
  // Nobody takes them, so they are not made either.
  for (let n = 0; n < 10; n++) world.bus.publish({ n });
  await sleep(30);
  expect(world.bus.pulled).toBe(1);
  await expectOver(world);
  expect((await fetch(world.streamUrl, { headers: { ...token, accept: 'text/event-stream' } })).status).toBe(404);
  await reserve(world);
});

test('a stream is opened once, and an id is used once', async () => {
  const world = await startWorld();
  const token = await reserve(world);
  const headers = { ...json, ...token };
  const controller = new AbortController();
  const open = () =>
    fetch(world.streamUrl, { headers: { ...token, accept: 'text/event-stream' }, signal: controller.signal });
  expect((await open()).status).toBe(200);
  expect((await open()).status).toBe(409);
  const add = async (body: string) => (await fetch(world.streamUrl, { method: 'POST', headers, body })).status;
  expect(await add(operation('1'))).toBe(202);
  expect(await add(operation('1'))).toBe(409);
  expect(await add(operation('toString'))).toBe(409);
  expect(await add(operation({ toString: 1 }))).toBe(400);
  expect(await add(operation(undefined))).toBe(400);
  controller.abort();
  await expectOver(world);
  await expect.poll(() => add(operation('2'))).toBe(404);
  expect(world.lines).toEqual([]);
});

test('what is completed, or whose stream is lost, while it is being started leaves nothing behind', async () => {
  const world = await startWorld();
  const token = await reserve(world);
  const headers = { ...json, ...token };
  const slow = 'subscription { slowToStart { n } }';
  const added = fetch(world.streamUrl, { method: 'POST', headers, body: operation('1', slow) });
  await expect.poll(() => world.contexts.length).toBe(1);
  await fetch(`${world.streamUrl}?operationId=1`, { method: 'DELETE', headers: token });
  const lost = httpRequest(world.streamUrl, { method: 'POST', headers: json, agent: false }).on('error', () => {});
  lost.end(JSON.stringify({ query: slow }));
  await expect.poll(() => world.contexts.length).toBe(2);
  lost.destroy();
  await sleep(30);
  world.release();
  expect((await added).status).toBe(204);
  await expect.poll(() => world.bus.returns).toBe(2);
  await expectOver(world);
});

test('a consumer that does not take events in time is cut off', async () => {
  const world = await startWorld({ subscriptions: { flushTimeoutMs: 200 } });
  const response = await openStream(world.streamUrl, 'subscription { flood { text(size: 200000) } }');
  const aborted = new Promise((resolve) => response.once('error', resolve));
  await expect.poll(() => world.metric('subscriptions_dropped_total{reason="slow_flush"}')).toBe(1);
  expect(world.bus.pulled).toBeLessThan(200);
  await expectOver(world);
  response.resume();
  expect(await aborted).toMatchObject({ code: 'ECONNRESET' });
});

test('a source that always has an event leaves the rest of the process its turn', async () => {
  const world = await startWorld();
  const response = await openStream(world.streamUrl, 'subscription { flood { n } }');
  let count = 0;
  response.on('data', (chunk: Buffer) => (count += chunk.length));
  await expect.poll(() => count, { timeout: 10_000 }).toBeGreaterThan(50_000);
  response.destroy();
  await expectOver(world);
});

test('five hundred streams that are cut leave nothing behind', async () => {
  const world = await startWorld();
  const responses = await Promise.all(Array.from({ length: 500 }, () => openStream(world.streamUrl, EVENTS)));
  expect(world.bus.listeners).toBe(500);
  for (const response of responses) {
    response.on('error', () => {});
    response.destroy();
  }
  await expectOver(world);
  expect(world.bus.returns).toBe(500);
});
